// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Threads;

/// <summary>Why a walk ended; numbered as enum tcp_stack_end, bpf/wire.h.</summary>
public enum WalkEnd
{
    None = 0,

    /// <summary>The outermost frame.</summary>
    Complete = 1,

    /// <summary>Deeper than a walk goes.</summary>
    Truncated = 2,

    /// <summary>Stack memory is not there.</summary>
    ReadFailed = 3,

    /// <summary>The next address is in no executable mapping.</summary>
    NoMapping = 4,

    /// <summary>The next frame would not lie further out.</summary>
    BadFrame = 5,

    /// <summary>Its rule cannot be followed, and the frame pointer leads nowhere.</summary>
    UnsupportedRule = 6,
}
