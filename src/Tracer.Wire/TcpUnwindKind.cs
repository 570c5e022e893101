// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>How to find the caller (enum tcp_unwind_kind).</summary>
public enum TcpUnwindKind : byte
{
    Unknown = 0,
    StackPointer = 1,
    FramePointer = 2,
    FramePointerDeref = 3,
    Plt = 4,
    Signal = 5,
    End = 6,
    Unsupported = 7,
    JavaInterpreter = 8,
}
