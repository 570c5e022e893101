// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>How to find the caller from a place in code (enum tcp_unwind_kind, bpf/wire.h).</summary>
public enum UnwindRowKind : byte
{
    /// <summary>No rule: take a frame-pointer step.</summary>
    None = 0,

    /// <summary>CFA = stack pointer + offset.</summary>
    StackPointer = 1,

    /// <summary>CFA = frame pointer + offset.</summary>
    FramePointer = 2,

    /// <summary>CFA = *(frame pointer + offset); the caller's frame pointer is at *(frame pointer). A realigned stack.</summary>
    FramePointerDeref = 3,

    /// <summary>The lazy-binding stub: CFA = stack pointer + 8, or + 16 in the last bytes of each 16-byte entry.</summary>
    Plt = 4,

    /// <summary>A signal trampoline: the interrupted registers are on the stack.</summary>
    Signal = 5,

    /// <summary>The outermost frame: the return address is undefined.</summary>
    End = 6,

    /// <summary>There is a rule, but one that the kernel side cannot follow: take a frame-pointer step and say so.</summary>
    Unsupported = 7,

    /// <summary>A frame of HotSpot's interpreter: frame-pointer step; method and bytecode pointer are copied from the frame.</summary>
    JavaInterpreter = 8,
}
