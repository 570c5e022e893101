// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>What happened to the socket so far (enum tcp_record_flag).</summary>
[Flags]
public enum TcpRecordFlags : uint
{
    None = 0,
    ResetReceived = 1 << 0,
    WasCloseWait = 1 << 1,
    LeftOpen = 1 << 2,
    EntrySeen = 1 << 3,
    CloseCalled = 1 << 4,
    Unnamed = 1 << 5,
}
