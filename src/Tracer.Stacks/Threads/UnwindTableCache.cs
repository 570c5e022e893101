// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Threads;

/// <summary>The unwind rules of files, kept for the next walk within a bound. Any thread may ask; what is not there yet takes tens of milliseconds.</summary>
/// <param name="compiled">Gives rules that were compiled for somebody else, or null; they are copied, nothing is borrowed.</param>
/// <param name="maxBytes">Of rules, 8 bytes each.</param>
/// <param name="maxFiles">How many files.</param>
public sealed class UnwindTableCache(
    Func<FileIdentity, UnwindRow[]?>? compiled = null, long maxBytes = UnwindTableCache.DefaultBytes, int maxFiles = UnwindTableCache.DefaultFiles)
{
    private const long DefaultBytes = 16 * 1024 * 1024;
    private const int DefaultFiles = 256;
    private const int RowBytes = 8;
    private const int FixedBytes = 128;

    // A file without rules is known too: its frames are walked by frame pointers.
    private static readonly UnwindTable Empty = new([], 0, 0);

    private readonly Lock _lock = new();
    private readonly BoundedCache<FileIdentity, UnwindTable> _tables = new(maxBytes, maxFiles);

    /// <summary>What is kept.</summary>
    public UnwindTableUsage ReadUsage()
    {
        lock (_lock)
            return new UnwindTableUsage(_tables.Count, maxFiles, _tables.Weight, maxBytes, _tables.Evictions, Compilations);
    }

    private ulong Compilations { get; set; }

    /// <summary>The rules of a mapped file; null when it cannot be opened.</summary>
    internal UnwindTable? Find(TargetProcess process, in MemoryMapping mapping)
    {
        using TargetFile? file = process.OpenFile(mapping);
        if (file is null)
            return null;
        lock (_lock)
        {
            if (_tables.TryGet(file.Identity, out UnwindTable? known))
                return known;
        }

        UnwindTable table = compiled?.Invoke(file.Identity) is { } rows ? new UnwindTable(rows, 0, 0) : Compile(process, mapping);
        lock (_lock)
            _tables.Set(file.Identity, table, FixedBytes + ((long)table.Rows.Length * RowBytes));
        return table;
    }

    private UnwindTable Compile(TargetProcess process, in MemoryMapping mapping)
    {
        using ElfFile? elf = process.OpenElf(mapping);
        UnwindTable? table = null;
        if (elf is not null)
            UnwindTableCompiler.Compile(elf, out table);
        lock (_lock)
            Compilations++;
        return table ?? Empty;
    }
}
