// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Runtimes;

/// <summary>Which language runtimes run in which process. Any thread may ask.</summary>
public sealed class RuntimeDirectory(ProcfsRoot root, IReadOnlyList<IRuntimeDetector> detectors, int maxProcesses = 1024) : IDisposable
{
    private static readonly ProcessRuntimes None = new(null, []);

    private const int MaxProcessesWithout = 16_384;

    private readonly Lock _lock = new();

    // A process with a runtime keeps its memory open; of one without only the fact is kept.
    private readonly BoundedCache<(uint Pid, ulong StartTicks), ProcessRuntimes> _processes = new(maxProcesses, maxProcesses);
    private readonly BoundedCache<(uint Pid, ulong StartTicks), ProcessRuntimes> _without = new(MaxProcessesWithout, MaxProcessesWithout);

    /// <summary>Processes whose runtimes are held open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _processes.Count;
        }
    }

    public int Limit => maxProcesses;

    /// <summary>How many were dropped at the bound.</summary>
    public ulong Evictions
    {
        get
        {
            lock (_lock)
                return _processes.Evictions;
        }
    }

    /// <summary>The runtimes of a process as far as they are known; does not look at the process.</summary>
    public ProcessRuntimes? FindKnown(uint pid, ulong startBoottimeNs)
    {
        var key = (pid, ProcessStat.TicksOf(startBoottimeNs));
        lock (_lock)
            return _processes.TryGet(key, out ProcessRuntimes? known) || _without.TryGet(key, out known) ? known : null;
    }

    /// <summary>
    /// The runtimes of a process. One without is looked at again each time, since a runtime may be loaded late; so this is for when something new
    /// is known of the process, not for each frame.
    /// </summary>
    public ProcessRuntimes Look(uint pid, ulong startBoottimeNs)
    {
        ProcessRuntimes? known = FindKnown(pid, startBoottimeNs);
        if (known is { IsEmpty: false } && known.IsCurrent())
            return known;
        ProcessRuntimes found = Detect(pid, startBoottimeNs);
        if (found.IsEmpty && known is not null)
            return known; // what ran before exec() still names the stacks of that time
        lock (_lock)
            (found.IsEmpty ? _without : _processes).Set((pid, ProcessStat.TicksOf(startBoottimeNs)), found, 1);
        return found;
    }

    public void Dispose()
    {
        lock (_lock)
            _processes.Clear();
    }

    private ProcessRuntimes Detect(uint pid, ulong startBoottimeNs)
    {
        if (TargetProcess.Open(root, pid, startBoottimeNs, out TargetProcess? process) != ProcfsStatus.Ok || process is null)
            return None;
        var found = new List<ILanguageRuntime>();
        foreach (IRuntimeDetector detector in detectors)
        {
            if (detector.Detect(process) is { } runtime)
                found.Add(runtime);
        }

        if (found.Count > 0)
            return new ProcessRuntimes(process, [.. found]);
        process.Dispose();
        return None;
    }
}
