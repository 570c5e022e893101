// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>One look at the threads of one process. What it has found so far can be had at any time, from any thread.</summary>
internal sealed class ProcessLook(InspectionSources sources, InspectionRequest request, InspectionOptions options, InspectionCounters counters)
{
    private readonly ProcessReader _processes = new(sources.Procfs);
    private readonly ThreadReader _threads = new(sources.Procfs);
    private readonly LookTime _time = new(options.Patience);
    private readonly ThreadBoard _board = new();

    private uint Pid => request.Pid;

    /// <summary>Looks; ends soon after the patience is over.</summary>
    public ThreadInspection Run()
    {
        ProcfsStatus status = _processes.ReadStat(Pid, out ProcessStat process);
        if (status != ProcfsStatus.Ok)
            return Failed(status);
        if (_processes.ReadStatusFile(Pid, out ProcessStatusFile file) == ProcfsStatus.Ok && file.ThreadGroup is { } group && group != Pid)
            return Failed(ThreadInspectionStatus.NoProcess, $"it is a thread of process {group}");
        status = ReadThreads(out List<ThreadStatus> threads, out bool isTruncated);
        if (status != ProcfsStatus.Ok)
            return Failed(status);
        ProcfsStatus opened = ThreadWalker.Open(sources.Procfs, Pid, process.StartBoottimeNs, sources.Runtimes, sources.Tables, out ThreadWalker? walker);
        using (walker)
        {
            var describer = new SyscallDescriber(sources.Procfs, Pid, walker is null ? static (_, _) => false : walker.TryRead);
            _board.Show(describer.Describe(threads), isTruncated);
            if (!request.OmitStacks)
                AddStacks(threads, process, walker, opened, describer);
        }

        // The pid may have changed hands between two of these reads: then the mixture is about nobody.
        return _processes.IsSameProcess(Pid, process.StartBoottimeNs) ? Snapshot() : Failed(ProcfsStatus.ProcessGone);
    }

    /// <summary>What is known now.</summary>
    public ThreadInspection Snapshot() => _board.Read() ?? Failed(ThreadInspectionStatus.Failed, "it could not be looked at in time");

    private ProcfsStatus ReadThreads(out List<ThreadStatus> threads, out bool isTruncated)
    {
        threads = [];
        List<uint> tids = [];
        ProcfsStatus status = ProcfsStatus.Ok;
        if (request.Tids.Count > 0)
            tids.AddRange(request.Tids.Distinct());
        else
            status = new DescriptorReader(sources.Procfs).ReadThreads(Pid, options.MaxThreads + 1, tids);
        isTruncated = tids.Count > options.MaxThreads;
        if (isTruncated)
            counters.CountTruncated();
        foreach (uint tid in tids.Take(options.MaxThreads))
        {
            if (_threads.Read(Pid, tid, out ThreadStatus thread) == ProcfsStatus.Ok)
                threads.Add(thread);
        }

        return status;
    }

    private void AddStacks(List<ThreadStatus> threads, in ProcessStat process, ThreadWalker? walker, ProcfsStatus opened, SyscallDescriber describer)
    {
        if (walker is null || threads.Exists(thread => thread.Syscall.IsCompat))
        {
            _board.Limit(Enumerable.Range(0, threads.Count), walker is null ? StackLimits.OfProcess(opened) : StackLimits.Compat);
            return;
        }

        int[] chosen = Choose(threads);
        _board.Limit(chosen, StackLimits.TimeOver); // what is true of those that the answer comes too early for
        Dictionary<uint, WalkedStack> stacks = Walk(walker, [.. chosen.Select(index => threads[index].Tid)]);
        DescribeAgain(threads, stacks, chosen, describer);
        var namer = new StackNamer(sources.Symbolizer, Pid, process.StartBoottimeNs);
        foreach (int index in chosen)
        {
            if (_time.IsOver)
                counters.CountStackSkipped();
            else if (stacks.TryGetValue(threads[index].Tid, out WalkedStack walked))
                _board[index] = namer.Name(_board[index], walked);
            else
                _board.Limit([index], StackLimits.NoRegisters);
        }
    }

    /// <summary>Indexes of those whose stacks are walked: first those that wait for a descriptor, since a pool of idle threads may be large.</summary>
    private int[] Choose(List<ThreadStatus> threads)
    {
        ILookup<bool, int> byEnd = Enumerable.Range(0, threads.Count).ToLookup(index => threads[index].IsZombie);
        int[] order = [.. byEnd[false].OrderBy(index => threads[index].Tid != Pid && _board[index].SyscallFd is null)];
        int[] skipped = [.. order.Skip(options.MaxStacks)];
        _board.Limit(byEnd[true], StackLimits.Ended);
        _board.Limit(skipped, StackLimits.TooMany);
        foreach (int _ in skipped)
            counters.CountStackSkipped();
        return order[..^skipped.Length];
    }

    private Dictionary<uint, WalkedStack> Walk(ThreadWalker walker, uint[] tids)
    {
        if (sources.Places is { } places)
        {
            if (new StackLook(Pid, walker, _threads, places, _time).Walk(tids) is { } walked)
                return walked;
            counters.CountFallback();
        }

        return new StackLook(Pid, walker, _threads, new ProcfsPlaces(sources.Procfs), _time).Walk(tids) ?? [];
    }

    // What they did when they were walked counts, not what they had done before.
    private void DescribeAgain(List<ThreadStatus> threads, Dictionary<uint, WalkedStack> stacks, int[] chosen, SyscallDescriber describer)
    {
        int[] changed = [.. chosen.Where(index => stacks.TryGetValue(threads[index].Tid, out WalkedStack walked) && walked.Status != threads[index])];
        var facts = describer.Describe([.. changed.Select(index => stacks[threads[index].Tid].Status)]);
        for (int i = 0; i < changed.Length; i++)
            _board[changed[i]] = facts[i] with { Limitation = StackLimits.TimeOver };
    }

    private static ThreadInspection Failed(ProcfsStatus status) => status switch
    {
        ProcfsStatus.ProcessGone => Failed(ThreadInspectionStatus.NoProcess, "there is no such process"),
        ProcfsStatus.NotPermitted => Failed(ThreadInspectionStatus.NotPermitted, "its files in /proc may not be read"),
        _ => Failed(ThreadInspectionStatus.Failed, "its files in /proc cannot be read"),
    };

    private static ThreadInspection Failed(ThreadInspectionStatus status, string text) => new(status, text, [], IsTruncated: false);
}
