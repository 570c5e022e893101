// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>How a socket left CLOSE_WAIT.</summary>
public enum EndReason
{
    None,
    Unknown,
    Closed,
    ProcessExit,
    ResetByPeer,
    TimedOut,
    Destroyed,
    ListenerClosed,
}
