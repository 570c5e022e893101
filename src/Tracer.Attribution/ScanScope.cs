// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What a scan covers.</summary>
public enum ScanScope
{
    /// <summary>Every TCP socket, every accept queue and every descriptor: what it does not show is not there.</summary>
    SocketsAndHolders,

    /// <summary>Every TCP socket and every accept queue; holders stay as they are.</summary>
    Sockets,
}
