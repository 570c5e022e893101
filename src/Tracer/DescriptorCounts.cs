// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Attribution;
using Tracer.Linux;
using Tracer.Linux.Procfs;

namespace Tracer;

/// <summary>How many descriptors processes have open, and may. Any thread asks; read anew when older than a second.</summary>
public sealed class DescriptorCounts(ProcfsRoot procfs)
{
    private const int Capacity = 2048;
    private const int MaxDescriptors = 1 << 20; // the default of fs.nr_open
    private const ulong FreshNs = 1_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ProcessReader _processes = new(procfs);
    private readonly DescriptorReader _descriptors = new(procfs);
    private readonly BoundedCache<ProcessKey, Entry> _known = new(Capacity);
    private ulong _skipped;

    private readonly record struct Entry(DescriptorFacts Facts, ulong ReadKtimeNs);

    public int Count => _known.Count;

    public int Limit => _known.Limit;

    /// <summary>Processes that were not looked at: too many at once, or no time left.</summary>
    public ulong Skipped => Volatile.Read(ref _skipped);

    /// <summary>Those that are gone are missing, and those beyond the bounds.</summary>
    public IReadOnlyDictionary<ProcessKey, DescriptorFacts> Read(IReadOnlyCollection<ProcessKey> processes)
    {
        Dictionary<ProcessKey, DescriptorFacts> answer = [];
        long begin = Stopwatch.GetTimestamp();
        ulong now = ClockSet.ReadMonotonicNs();
        int read = 0;
        foreach (ProcessKey process in processes)
        {
            if (_known.TryGet(process, out Entry entry) && now < entry.ReadKtimeNs + FreshNs)
                answer[process] = entry.Facts;
            else if (read++ >= Limit || Stopwatch.GetElapsedTime(begin) > Patience)
                Interlocked.Increment(ref _skipped);
            else if (TryRead(process, out DescriptorFacts facts))
                _known.Set(process, new Entry(answer[process] = facts, now));
        }
        return answer;
    }

    private bool TryRead(ProcessKey process, out DescriptorFacts facts)
    {
        facts = default;
        if (_descriptors.Count(process.Pid, MaxDescriptors, out int open) != ProcfsStatus.Ok)
            return false;
        _processes.ReadDescriptorLimit(process.Pid, out ResourceLimit limit);
        facts = new DescriptorFacts((ulong)open, limit.Soft == ResourceLimit.Unlimited ? 0 : limit.Soft);
        // Asked last: whoever has the pid now and began then had it all the time.
        return _processes.IsSameProcess(process.Pid, process.StartBoottimeNs);
    }
}
