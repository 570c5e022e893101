// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>
/// Where the frames of an interpreter are, for the kernel side (struct tcp_interpreter). From the root pointer the hops lead to the newest
/// frame: each adds its offset and reads a pointer; an unused hop is -1. Offsets are bytes into the structures of exactly this version.
/// </summary>
public sealed record InterpreterLayout
{
    public required InterpreterRoot RootKind { get; init; }

    public required ulong Root { get; init; }

    public uint ThreadNextOffset { get; init; }

    public uint ThreadIdOffset { get; init; }

    public int FirstHop { get; init; } = -1;

    public int SecondHop { get; init; } = -1;

    /// <summary>Offset of the function pointer in a frame.</summary>
    public required uint FunctionOffset { get; init; }

    /// <summary>Offset of the position in a frame.</summary>
    public required uint PositionOffset { get; init; }

    /// <summary>Bytes of the position: 8 for a pointer, 4 for an index.</summary>
    public uint PositionBytes { get; init; } = 8;

    /// <summary>Offset of the pointer to the caller's frame.</summary>
    public required uint CallerOffset { get; init; }

    /// <summary>
    /// Also copy the u8 at the function (its type) and the u32 at this offset from the position (its line), because both may be gone when user
    /// space looks; -1: do not.
    /// </summary>
    public int LineOffset { get; init; } = -1;

    /// <summary>The line is read for functions of this type only (PHP: 2, a user function).</summary>
    public uint LineFunctionType { get; init; }

    /// <summary>
    /// Of functions of that type without a name (PHP: main code), copy the pointer to the file's name at this offset, and its hash, in place of the
    /// function, which is freed first; -1: do not.
    /// </summary>
    public int FileOffset { get; init; } = -1;

    /// <summary>Offset of the pointer to the name in a function.</summary>
    public uint NameOffset { get; init; }

    /// <summary>Address of the pointer to the request's method text; 0: no requests.</summary>
    public ulong RequestMethod { get; init; }

    /// <summary>Address of the pointer to the request's URI text; the query is cut off before it leaves the kernel side.</summary>
    public ulong RequestUri { get; init; }
}
