// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Facts read from the socket at the event (enum tcp_event_flag).</summary>
[Flags]
public enum TcpEventFlags : uint
{
    None = 0,
    NoSocket = 1 << 0,
    Orphan = 1 << 1,
    TaskExiting = 1 << 2,
    Nested = 1 << 3,
    Probed = 1 << 4,
}
