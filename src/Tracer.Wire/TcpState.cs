// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>The kernel's own TCP states (enum tcp_wire_state); 0 is not a state.</summary>
public enum TcpState : byte
{
    Unknown = 0,
    Established = 1,
    SynSent = 2,
    SynRecv = 3,
    FinWait1 = 4,
    FinWait2 = 5,
    TimeWait = 6,
    Close = 7,
    CloseWait = 8,
    LastAck = 9,
    Listen = 10,
    Closing = 11,
    NewSynRecv = 12,
}
