// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Linux;
using Tracer.Linux.Procfs;

namespace Tracer;

/// <summary>What is known of processes that touched a socket, kept after their end. One thread learns, any thread asks.</summary>
public sealed class ProcessDirectory(ProcessReader reader)
{
    private const int Capacity = 16_384;
    private const ulong RereadNs = 5_000_000_000; // a process changes its name and executable by exec()

    private readonly BoundedCache<ProcessKey, Entry> _processes = new(Capacity);

    private sealed record Entry(ProcessFacts? Facts, ulong ReadKtimeNs);

    public int Count => _processes.Count;

    public int Limit => _processes.Limit;

    public ulong Evicted => _processes.Evicted;

    /// <summary>Null: never seen alive.</summary>
    public ProcessFacts? Find(ProcessKey key) => _processes.TryGet(key, out Entry? entry) ? entry.Facts : null;

    /// <summary>Reads a process unless that was done lately.</summary>
    public void Learn(ProcessKey key)
    {
        if (!key.IsKnown)
            return;
        ulong now = ClockSet.ReadMonotonicNs();
        bool known = _processes.TryGet(key, out Entry? entry);
        if (known && now - entry!.ReadKtimeNs < RereadNs)
            return;
        ProcessFacts? before = known ? entry!.Facts : null;
        _processes.Set(key, new Entry(Merge(before, Read(key)), now));
    }

    /// <summary>What is known after a second look.</summary>
    internal static ProcessFacts? Merge(ProcessFacts? before, ProcessFacts? now)
    {
        if (before is null || now is null)
            return now ?? before;
        // What was known of a process stays known when it is gone, or a zombie, which has no executable.
        if (now.Exe.Length == 0 && before.Exe.Length > 0)
            return before;
        // A worker stays one of its service when its master is gone.
        return now.Exe == before.Exe ? now with { Group = before.Group } : now;
    }

    private ProcessFacts? Read(ProcessKey key)
    {
        if (reader.Read(key.Pid, key.StartBoottimeNs, out ProcessDetails? p) != ProcfsStatus.Ok || p is null)
            return null;
        return new ProcessFacts(key, p.Comm, p.Exe, p.Cmdline, p.Uid ?? 0, p.Uid is not null, p.Cgroup, p.Unit, p.ContainerId, p.NamespacePid)
        {
            Group = new ProcessKey(p.Group.Pid, p.Group.StartBoottimeNs),
        };
    }
}
