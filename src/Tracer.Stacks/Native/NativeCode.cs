// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Native;

/// <summary>What is at an address of a file.</summary>
/// <param name="Address">The linked address that was asked for, as addr2line takes it.</param>
/// <param name="Start">Linked address of the function; 0 when nothing covers the address.</param>
/// <param name="Frames">The inlined functions, innermost first, and last the function itself; empty when nothing covers the address.</param>
/// <param name="IsSignalReturn">
/// A signal trampoline. No call led to it: the address of the frame that follows is where that one was interrupted, not behind a call.
/// </param>
internal sealed record NativeCode(ulong Address, ulong Start, CodeFrame[] Frames, bool IsSignalReturn = false)
{
    private const int FixedBytes = 96;
    private const int BytesPerFrame = 96;

    internal long MemoryBytes => FixedBytes + Frames.Sum(static f => BytesPerFrame + (long)((f.Function.Length + f.File.Length) * sizeof(char)));
}
