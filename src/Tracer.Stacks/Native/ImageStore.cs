// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Native;

/// <summary>Reads and keeps the mappings of processes, by pid and start time.</summary>
internal sealed class ImageStore(ProcfsRoot root, SymbolizerOptions options, TimeProvider time)
{
    private const int MaxImages = 4096;
    private const int MaxMappingsPerProcess = 8192;

    private readonly ProcessReader _processes = new(root);
    private readonly MapsReader _maps = new(root);
    private readonly BoundedCache<(uint Pid, ulong StartTicks), ProcessImage> _images = new(options.MaxMappings, MaxImages);

    internal long MappingCount => _images.Weight;

    internal ulong Evictions => _images.Evictions;

    /// <summary>The mappings of a process; of one that is gone those that were read before; null when there are none.</summary>
    internal ProcessImage? Find(uint pid, ulong? startBoottimeNs)
    {
        bool isThere = _processes.ReadStat(pid, out ProcessStat stat) == ProcfsStatus.Ok
            && (startBoottimeNs is not { } start || stat.HasStarted(start));
        if (!isThere)
            return startBoottimeNs is { } gone ? FindLast(pid, ProcessStat.TicksOf(gone)) : null;

        // A zombie has lost its mappings, also one whose other threads go on.
        ProcessImage? last = FindLast(pid, stat.StartTicks);
        if (stat.IsZombie)
            return last;
        if (last is null || !last.IsOf(stat))
            return Read(pid, stat);
        return time.GetElapsedTime(last.ReadTimestamp) < options.MaxMapsAge ? last : Read(pid, stat) ?? last;
    }

    /// <summary>Reads the mappings again, unless that was done just now.</summary>
    internal ProcessImage? Refresh(uint pid, ProcessImage image)
    {
        if (time.GetElapsedTime(image.ReadTimestamp) < options.MinMapsAge
            || _processes.ReadStat(pid, out ProcessStat stat) != ProcfsStatus.Ok || !image.IsOf(stat))
            return null;
        return Read(pid, stat);
    }

    private ProcessImage? FindLast(uint pid, ulong startTicks) =>
        _images.TryGet((pid, startTicks), out ProcessImage? image) ? image : null;

    private ProcessImage? Read(uint pid, in ProcessStat stat)
    {
        if (_maps.Read(pid, executableOnly: true, out List<MemoryMapping> mappings) != ProcfsStatus.Ok || mappings.Count == 0)
            return null;
        if (mappings.Count > MaxMappingsPerProcess)
            mappings.RemoveRange(MaxMappingsPerProcess, mappings.Count - MaxMappingsPerProcess);

        var image = new ProcessImage(stat, [.. mappings], time.GetTimestamp());
        // An exec or a reused pid between the two reads would pair one program's mappings with another's identity.
        if (_processes.ReadStat(pid, out ProcessStat after) != ProcfsStatus.Ok || !image.IsOf(after))
            return null;
        _images.Set((pid, stat.StartTicks), image, image.Count);
        return image;
    }
}
