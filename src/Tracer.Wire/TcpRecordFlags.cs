// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>What happened to the socket so far (enum tcp_record_flag).</summary>
[Flags]
public enum TcpRecordFlags : uint
{
    None = 0,
    ResetReceived = 1 << 0,
    ResetSent = 1 << 1,
    WasCloseWait = 1 << 2,
    LeftOpen = 1 << 3,
    EntrySeen = 1 << 4,
    CloseCalled = 1 << 5,
}
