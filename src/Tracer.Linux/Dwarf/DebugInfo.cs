// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Dwarf;

/// <summary>
/// Source lines and inlined functions of one file, from its DWARF, by libdw. That library is not made for hostile input: who may be read
/// with it is the caller's decision. For one thread at a time.
/// </summary>
public sealed unsafe class DebugInfo : IDisposable
{
    private const int MaxFrames = 128;
    private const int MaxFunctionRanges = RangeTable.MaxRanges;

    private readonly DwarfHandle _dwarf;
    private readonly DwarfHandle? _supplement;
    private readonly RangeTable _units;
    private readonly Dictionary<ulong, RangeTable> _functions = [];
    private readonly List<DwarfDie> _scopes = [];
    private readonly long _sectionBytes;
    private int _functionRanges;

    private DebugInfo(DwarfHandle dwarf, DwarfHandle? supplement, RangeTable units, long sectionBytes)
    {
        _dwarf = dwarf;
        _supplement = supplement;
        _units = units;
        _sectionBytes = sectionBytes;
    }

    /// <summary>True when this host has the library.</summary>
    public static bool IsAvailable => LibDw.IsAvailable;

    /// <summary>What is known of the memory it takes: the sections and the index. Tables that libdw makes as it goes come on top.</summary>
    public long MemoryBytes => _sectionBytes + _units.MemoryBytes;

    /// <summary>
    /// Opens the debug information of a file; null when there is none, when it is larger than the bound, or when it leans on a supplementary file
    /// that was not given. Both files stay the caller's and are not needed afterwards.
    /// </summary>
    public static DebugInfo? Open(ElfFile file, ElfFile? supplement, long maxBytes)
    {
        const ushort executable = 2, shared = 3;
        if (!IsAvailable || file.Type is not (executable or shared) || !DwarfSections.AreIn(file) || file.Source is not FileElfSource source)
            return null;
        // Without it libdw would open the path that the file names, whatever that is; a supplement has none of its own.
        bool needsSupplement = DwarfSections.TryReadSupplement(file, out _, out _);
        if (needsSupplement && (supplement is null || DwarfSections.TryReadSupplement(supplement, out _, out _)))
            return null;
        ulong bytes = DwarfSections.MemoryBytes(file);
        ulong more = needsSupplement ? DwarfSections.MemoryBytes(supplement!) : 0;
        if (bytes > (ulong)maxBytes || more > (ulong)maxBytes - bytes || DwarfHandle.Open(source.File) is not { } dwarf)
            return null;

        DwarfHandle? other = needsSupplement && supplement!.Source is FileElfSource otherSource ? DwarfHandle.Open(otherSource.File) : null;
        if (needsSupplement && other is null)
        {
            dwarf.Dispose();
            return null;
        }

        if (other is not null)
            LibDw.dwarf_setalt(dwarf, other);
        return new DebugInfo(dwarf, other, DwarfTree.ReadUnits(dwarf), (long)(bytes + more));
    }

    /// <summary>
    /// Adds the functions that are inlined at a linked address, innermost first, and then the function itself, with the lines they are at. The
    /// function's start is 0 and its name empty when only the line is known. False when nothing is.
    /// </summary>
    public bool TryFind(ulong address, List<DwarfFrame> frames, out ulong start)
    {
        start = 0;
        DwarfDie unit;
        if (!_units.TryFind(address, out ulong offset) || LibDw.dwarf_offdie(_dwarf, offset, &unit) == null)
            return false;
        (string file, uint line) = FindLine(&unit, address);
        string name = "";
        DwarfDie function;
        if (FunctionsOf(offset, &unit).TryFind(address, out ulong entry) && LibDw.dwarf_offdie(_dwarf, entry, &function) != null)
        {
            _scopes.Clear();
            DwarfTree.AddScopes(function, address, _scopes);
            WalkOut(&unit, frames, ref file, ref line);
            start = LibDw.dwarf_entrypc(&function, out ulong begin) == 0 ? begin : 0;
            name = start == 0 ? "" : DwarfNames.Read(&unit, &function);
        }

        if (name.Length == 0 && file.Length == 0)
            return false;
        frames.Add(new DwarfFrame(name, file, line));
        return true;
    }

    public void Dispose()
    {
        _dwarf.Dispose();
        _supplement?.Dispose();
    }

    // Within a unit one look-up is like another, and its entries lie in no order.
    private RangeTable FunctionsOf(ulong offset, DwarfDie* unit)
    {
        if (_functions.TryGetValue(offset, out RangeTable? functions))
            return functions;
        functions = DwarfTree.ReadFunctions(unit);
        if (_functionRanges + functions.Count > MaxFunctionRanges)
        {
            _functions.Clear();
            _functionRanges = 0;
        }

        _functions.Add(offset, functions);
        _functionRanges += functions.Count;
        return functions;
    }

    // From the innermost scope to the function; on the way file and line move from each inlined function to the place that calls it.
    private void WalkOut(DwarfDie* unit, List<DwarfFrame> frames, ref string file, ref uint line)
    {
        for (int i = _scopes.Count - 1; i >= 0 && frames.Count < MaxFrames; i--)
        {
            DwarfDie scope = _scopes[i];
            if (LibDw.dwarf_tag(&scope) != LibDw.DW_TAG_inlined_subroutine)
                continue;
            frames.Add(new DwarfFrame(DwarfNames.Read(unit, &scope), file, line));
            file = FileOf(unit, &scope);
            line = NumberOf(&scope, LibDw.DW_AT_call_line);
        }
    }

    private static (string File, uint Line) FindLine(DwarfDie* unit, ulong address)
    {
        nint line = LibDw.dwarf_getsrc_die(unit, address);
        if (line == 0)
            return ("", 0);
        string file = DwarfNames.Text(LibDw.dwarf_linesrc(line, null, null));
        return (file, LibDw.dwarf_lineno(line, out int number) == 0 && number > 0 ? (uint)number : 0);
    }

    private static string FileOf(DwarfDie* unit, DwarfDie* inlined)
    {
        uint index = NumberOf(inlined, LibDw.DW_AT_call_file);
        return LibDw.dwarf_getsrcfiles(unit, out nint files, out nuint count) == 0 && index < count
            ? DwarfNames.Text(LibDw.dwarf_filesrc(files, index, null, null))
            : "";
    }

    private static uint NumberOf(DwarfDie* die, uint attributeName)
    {
        DwarfAttribute attribute;
        DwarfAttribute* found = LibDw.dwarf_attr(die, attributeName, &attribute);
        return found != null && LibDw.dwarf_formudata(found, out ulong value) == 0 && value <= uint.MaxValue ? (uint)value : 0;
    }
}
