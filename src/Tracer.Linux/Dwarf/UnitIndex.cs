// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux.Dwarf;

/// <summary>
/// Which compilation unit an address belongs to, read from the units themselves: .debug_aranges, which libdw goes by, is left out by clang and
/// lacks what it compiled where it is there.
/// </summary>
internal sealed class UnitIndex
{
    private const int MaxRanges = 1024 * 1024;
    private const int MaxStepsBack = 16;
    private const int BytesPerRange = 24;

    private readonly ulong[] _starts;
    private readonly (ulong End, ulong Unit)[] _ranges;

    private UnitIndex(ulong[] starts, (ulong End, ulong Unit)[] ranges)
    {
        _starts = starts;
        _ranges = ranges;
    }

    internal long MemoryBytes => _starts.LongLength * BytesPerRange;

    internal static unsafe UnitIndex Read(DwarfHandle dwarf)
    {
        var starts = new List<ulong>();
        var ranges = new List<(ulong End, ulong Unit)>();
        ulong offset = 0;
        while (LibDw.dwarf_next_unit(dwarf, offset, out ulong next, out nuint header, null, null, null, null, null, null) == 0
            && next > offset && starts.Count < MaxRanges)
        {
            DwarfDie unit;
            if (LibDw.dwarf_offdie(dwarf, offset + header, &unit) != null)
                Add(&unit, offset + header, starts, ranges);
            offset = next;
        }

        ulong[] sorted = [.. starts];
        (ulong End, ulong Unit)[] inOrder = [.. ranges];
        Array.Sort(sorted, inOrder);
        return new UnitIndex(sorted, inOrder);
    }

    /// <summary>Finds the offset of the unit's own entry.</summary>
    internal bool TryFind(ulong address, out ulong unit)
    {
        int index = Array.BinarySearch(_starts, address);
        index = index < 0 ? ~index - 1 : index;
        // Of several with the same start any may be found, and a unit may lie inside another's range.
        while (index + 1 < _starts.Length && _starts[index + 1] == address)
            index++;
        for (int steps = 0; index >= 0 && steps < MaxStepsBack; index--, steps++)
        {
            if (address < _ranges[index].End)
            {
                unit = _ranges[index].Unit;
                return true;
            }
        }

        unit = 0;
        return false;
    }

    private static unsafe void Add(DwarfDie* unit, ulong offset, List<ulong> starts, List<(ulong End, ulong Unit)> ranges)
    {
        ulong unitBase = 0;
        nint at = 0;
        while ((at = LibDw.dwarf_ranges(unit, at, ref unitBase, out ulong start, out ulong end)) > 0 && starts.Count < MaxRanges)
        {
            // Functions that the linker threw away are left at zero.
            if (start == 0 || end <= start)
                continue;
            starts.Add(start);
            ranges.Add((end, offset));
        }
    }
}
