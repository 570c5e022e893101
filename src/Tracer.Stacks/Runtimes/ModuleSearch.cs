// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Runtimes;

/// <summary>
/// Finds the mapped file that holds an interpreter, and keeps what was learnt of each file, since hundreds of workers share one. Files are
/// chosen by name before any is opened: reading the symbols of everything that a process maps would be slow.
/// </summary>
/// <param name="word">The executable is a candidate when the path of anything mapped contains it.</param>
/// <param name="isCandidate">Whether a file of that name is one.</param>
/// <param name="read">What there is to know of a file; null: it holds no interpreter.</param>
internal sealed class ModuleSearch<TFacts>(string word, Predicate<string> isCandidate, Func<ElfFile, string, TFacts?> read)
    where TFacts : class
{
    private const int MaxCandidates = 8;
    private const int MaxFiles = 256;

    private readonly BoundedCache<FileIdentity, Known> _known = new(MaxFiles, MaxFiles);
    private readonly Lock _lock = new();

    /// <summary>The first interpreter among the files of a process, and what to add to its addresses; null when there is none.</summary>
    internal (TFacts Facts, ulong LoadBias)? Find(TargetProcess process)
    {
        lock (_lock)
        {
            foreach (MemoryMapping mapping in Candidates(process.Mappings))
            {
                if (FactsOf(process, mapping, out ulong bias) is { } facts)
                    return (facts, bias);
            }
        }

        return null;
    }

    // Mappings are in address order and the first of a file holds its headers.
    private List<MemoryMapping> Candidates(IReadOnlyList<MemoryMapping> mappings)
    {
        var found = new List<MemoryMapping>();
        MemoryMapping executable = default;
        bool isHinted = false;
        foreach (MemoryMapping mapping in mappings)
        {
            if (mapping.Inode == 0)
                continue;
            if (executable.Inode == 0)
                executable = mapping;
            if (!mapping.Path.Contains(word, StringComparison.OrdinalIgnoreCase))
                continue;
            isHinted = true;
            if (isCandidate(Path.GetFileName(mapping.Path)) && found.Count < MaxCandidates
                && !found.Exists(other => other.Inode == mapping.Inode && other.DeviceMinor == mapping.DeviceMinor))
                found.Add(mapping);
        }

        if (isHinted && !found.Exists(other => other.Inode == executable.Inode && other.DeviceMinor == executable.DeviceMinor))
            found.Add(executable);
        return found;
    }

    private TFacts? FactsOf(TargetProcess process, in MemoryMapping mapping, out ulong bias)
    {
        bias = 0;
        TargetFile? file = process.OpenFile(mapping);
        if (file is null)
            return null;
        FileIdentity identity = file.Identity;
        if (!_known.TryGet(identity, out Known? known))
        {
            known = Read(file, mapping.Path);
            _known.Set(identity, known, 1);
        }
        else
        {
            file.Dispose();
        }

        bias = known.BiasOf(mapping);
        return known.Facts;
    }

    private Known Read(TargetFile file, string path)
    {
        if (ElfFile.Open(new FileElfSource(file), out ElfFile? elf) != ElfStatus.Ok || elf is null)
            return new Known(null, []);
        using (elf)
            return new Known(read(elf, Path.GetFileName(path)), [.. elf.Segments]);
    }

    private sealed class Known(TFacts? facts, ElfSegment[] segments)
    {
        internal TFacts? Facts => facts;

        internal ulong BiasOf(in MemoryMapping mapping) => TargetProcess.LoadBias(segments, mapping);
    }
}
