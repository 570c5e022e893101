// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>The frame description of one range of code (an FDE of .eh_frame). Sorts by place in the file.</summary>
/// <param name="FileOffset">Where the code begins.</param>
/// <param name="Size">Bytes of code.</param>
/// <param name="Address">Its linked address.</param>
/// <param name="Shared">Position of its CIE in the section.</param>
/// <param name="Instructions">Position of its instructions in the section.</param>
/// <param name="InstructionsEnd">The position behind them.</param>
internal readonly record struct FunctionFrameEntry(
    uint FileOffset, uint Size, ulong Address, int Shared, int Instructions, int InstructionsEnd) : IComparable<FunctionFrameEntry>
{
    internal uint FileEnd => FileOffset + Size;

    // Of two for the same code the first in the section counts, always.
    public int CompareTo(FunctionFrameEntry other)
    {
        int order = FileOffset.CompareTo(other.FileOffset);
        return order != 0 ? order : Instructions.CompareTo(other.Instructions);
    }
}
