// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks;

/// <summary>One frame of a stack with what is known about it. Texts are sanitized.</summary>
/// <param name="Function">Readable name; empty when no symbol covers the address.</param>
/// <param name="Module">File the address is mapped from, as the process names it, or a pseudo name such as [vdso]; empty for anonymous memory.</param>
/// <param name="Offset">
/// Bytes into the function. Without a function the linked address in the module, as addr2line takes it; without a readable module the offset in
/// its file; without a module 0.
/// </param>
/// <param name="Address">The address that was asked for.</param>
/// <param name="BuildId">Lower-case hex of the module's build id; empty when it has none.</param>
/// <param name="File">Source file; empty when not known.</param>
/// <param name="Line">Source line; 0 when not known.</param>
/// <param name="Kind">What kind of code it is.</param>
/// <param name="IsInlined">The compiler put the function into the frame that follows, whose address it has.</param>
public readonly record struct ResolvedFrame(
    string Function, string Module, ulong Offset, ulong Address, string BuildId, string File, uint Line,
    FrameKind Kind = FrameKind.Unknown, bool IsInlined = false);
