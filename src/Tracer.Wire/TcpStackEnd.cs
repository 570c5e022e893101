// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Why a walk ended (enum tcp_stack_end).</summary>
public enum TcpStackEnd : ushort
{
    Unknown = 0,
    Complete = 1,
    Truncated = 2,
    ReadFailed = 3,
    NoMapping = 4,
    BadFrame = 5,
    UnsupportedRule = 6,
    Busy = 7,
    KernelWalk = 8,
}
