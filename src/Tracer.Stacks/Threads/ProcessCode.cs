// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Threads;

/// <summary>The code of one process during one look at it: rules of files by their mappings, and of what a runtime made.</summary>
internal sealed class ProcessCode(TargetProcess process, UnwindTableCache tables, ProcessRuntimes runtimes) : ICodeRules
{
    private readonly Dictionary<ulong, UnwindTable?> _byMapping = [];
    private GeneratedRules? _generated;
    private bool _isGeneratedRead;
    private bool _isRefreshed;
    private MemoryMapping _last;

    public bool TryFind(ulong address, out UnwindRow row, out bool isGuess)
    {
        row = default;
        isGuess = false;
        if (!TryFindMapping(address, out MemoryMapping mapping) || !mapping.IsExecutable)
            return false;
        if (mapping.Inode == 0)
        {
            // Without rules for it, generated code keeps frame pointers: that is no guess.
            FindGenerated()?.TryFind(address, out row, out isGuess);
            return true;
        }

        ulong offset = address - mapping.Start + mapping.Offset;
        UnwindTable? table = TableOf(mapping);
        isGuess = table is null;
        if (table is not null && offset <= uint.MaxValue)
            row = table.Find((uint)offset);
        return true;
    }

    private bool TryFindMapping(ulong address, out MemoryMapping mapping)
    {
        mapping = _last;
        if (_last.Contains(address))
            return true;
        bool isFound = process.TryFindMapping(address, out mapping);
        // Something may have been loaded meanwhile; a wild address may not make us read the list again and again.
        if (!isFound && !_isRefreshed)
        {
            _isRefreshed = true;
            isFound = process.RefreshMappings() && process.TryFindMapping(address, out mapping);
        }

        if (isFound)
            _last = mapping;
        return isFound;
    }

    private GeneratedRules? FindGenerated()
    {
        if (_isGeneratedRead)
            return _generated;
        _isGeneratedRead = true;
        _generated = runtimes.ReadCode() is { } code ? new GeneratedRules(code) : null;
        return _generated;
    }

    private UnwindTable? TableOf(in MemoryMapping mapping)
    {
        if (_byMapping.TryGetValue(mapping.Start, out UnwindTable? known))
            return known;
        UnwindTable? table = tables.Find(process, mapping);
        _byMapping.Add(mapping.Start, table);
        return table;
    }
}
