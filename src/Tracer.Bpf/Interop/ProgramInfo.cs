// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Bpf.Interop;

/// <summary>
/// struct bpf_prog_info, linux/bpf.h: only the counters. The kernel fills as much as it knows (5.10 ends before
/// recursion_misses) and leaves the rest zero; pointers before the counters stay null, so nothing else is copied out.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 224)]
internal struct ProgramInfo
{
    [FieldOffset(192)]
    internal ulong RunTimeNs;

    [FieldOffset(200)]
    internal ulong RunCount;

    [FieldOffset(208)]
    internal ulong RecursionMisses;

    [FieldOffset(216)]
    internal uint VerifiedInstructions;
}
