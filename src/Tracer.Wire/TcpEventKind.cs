// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Names the struct that follows the header (enum tcp_event_kind).</summary>
public enum TcpEventKind : ushort
{
    Unknown = 0,
    Transition = 1,
    CloseWaitEnter = 2,
    CloseWaitUse = 3,
    CloseWaitExit = 4,
    Release = 5,
    Snapshot = 6,
    Holder = 7,
    Queued = 8,
    Stack = 9,
    ProcessExit = 10,
    CodeWanted = 11,
    CodeMapping = 12,
    ProcessExec = 13,
    Thread = 14,
}
