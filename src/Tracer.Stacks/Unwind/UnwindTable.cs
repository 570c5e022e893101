// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>The unwind rules of one file, in order of their file offsets. Immutable.</summary>
/// <param name="Rows">Each holds up to the next one; the last is of kind None.</param>
/// <param name="Functions">Ranges of code (FDEs) that the rows describe.</param>
/// <param name="UnsupportedRows">Rows of kind Unsupported.</param>
public sealed record UnwindTable(UnwindRow[] Rows, int Functions, int UnsupportedRows)
{
    /// <summary>Finds the rule for a place in the file; of kind None before the first row.</summary>
    public UnwindRow Find(uint fileOffset)
    {
        int low = 0;
        int high = Rows.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (Rows[middle].Offset <= fileOffset)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? default : Rows[low - 1];
    }
}
