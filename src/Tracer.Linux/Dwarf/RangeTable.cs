// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux.Dwarf;

/// <summary>Address ranges and the offset of the entry that each belongs to.</summary>
internal sealed class RangeTable
{
    internal const int MaxRanges = 1024 * 1024;

    private const int MaxStepsBack = 64;
    private const int BytesPerRange = 24;

    private readonly ulong[] _starts;
    private readonly (ulong End, ulong Entry)[] _ranges;

    private RangeTable(ulong[] starts, (ulong End, ulong Entry)[] ranges)
    {
        _starts = starts;
        _ranges = ranges;
    }

    internal int Count => _starts.Length;

    internal long MemoryBytes => _starts.LongLength * BytesPerRange;

    /// <summary>Finds the entry whose range covers an address; of several the one that begins last, which is the innermost.</summary>
    internal bool TryFind(ulong address, out ulong entry)
    {
        int index = Array.BinarySearch(_starts, address);
        index = index < 0 ? ~index - 1 : index;
        // Of several with the same start any may be found.
        while (index + 1 < _starts.Length && _starts[index + 1] == address)
            index++;
        for (int steps = 0; index >= 0 && steps < MaxStepsBack; index--, steps++)
        {
            if (address < _ranges[index].End)
            {
                entry = _ranges[index].Entry;
                return true;
            }
        }

        entry = 0;
        return false;
    }

    /// <summary>Collects ranges in any order.</summary>
    internal sealed unsafe class Builder
    {
        private readonly List<ulong> _starts = [];
        private readonly List<(ulong End, ulong Entry)> _ranges = [];

        internal bool IsFull => _starts.Count >= MaxRanges;

        internal void Add(DwarfDie* die, ulong entry)
        {
            ulong unitBase = 0;
            nint at = 0;
            while (!IsFull && (at = LibDw.dwarf_ranges(die, at, ref unitBase, out ulong start, out ulong end)) > 0)
            {
                // Functions that the linker threw away are left at zero.
                if (start == 0 || end <= start)
                    continue;
                _starts.Add(start);
                _ranges.Add((end, entry));
            }
        }

        internal RangeTable Build()
        {
            ulong[] starts = [.. _starts];
            (ulong End, ulong Entry)[] ranges = [.. _ranges];
            Array.Sort(starts, ranges);
            return new RangeTable(starts, ranges);
        }
    }
}
