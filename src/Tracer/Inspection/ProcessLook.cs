// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>One look at the threads of one process. What it has found so far can be had at any time, from any thread.</summary>
internal sealed class ProcessLook(InspectionSources sources, InspectionRequest request, InspectionOptions options, InspectionCounters counters)
{
    private readonly ProcessReader _processes = new(sources.Procfs);
    private readonly ThreadReader _threads = new(sources.Procfs);
    private readonly LookTime _time = new(options.Patience);
    private readonly Lock _lock = new();
    private ThreadFacts[]? _found;
    private bool _isTruncated;

    private uint Pid => request.Pid;

    /// <summary>Looks; ends soon after the patience is over.</summary>
    public ThreadInspection Run()
    {
        ProcfsStatus status = _processes.ReadStat(Pid, out ProcessStat process);
        if (status != ProcfsStatus.Ok)
            return Failed(status);
        if (_processes.ReadStatusFile(Pid, out ProcessStatusFile file) == ProcfsStatus.Ok && file.ThreadGroup is { } group && group != Pid)
            return Failed(ThreadInspectionStatus.NoProcess, $"it is a thread of process {group}");
        status = ReadThreads(out List<ThreadStatus> threads);
        if (status != ProcfsStatus.Ok)
            return Failed(status);
        ProcfsStatus opened = ThreadWalker.Open(
            sources.Procfs, Pid, process.StartBoottimeNs, sources.Runtimes, sources.Tables, out ThreadWalker? walker);
        using (walker)
        {
            var describer = new SyscallDescriber(sources.Procfs, Pid, walker is null ? static (_, _) => false : walker.TryRead);
            Show(describer.Describe(threads));
            if (!request.OmitStacks)
                AddStacks(threads, process, walker, opened, describer);
        }

        // The pid may have changed hands between two of these reads: then the mixture is about nobody.
        return _processes.IsSameProcess(Pid, process.StartBoottimeNs) ? Snapshot() : Failed(ProcfsStatus.ProcessGone);
    }

    /// <summary>What is known now.</summary>
    public ThreadInspection Snapshot()
    {
        lock (_lock)
            return _found is null
                ? Failed(ThreadInspectionStatus.Failed, "it could not be looked at in time")
                : new ThreadInspection(ThreadInspectionStatus.Ok, "", [.. _found], _isTruncated);
    }

    private ProcfsStatus ReadThreads(out List<ThreadStatus> threads)
    {
        threads = [];
        List<uint> tids = [];
        ProcfsStatus status = ProcfsStatus.Ok;
        if (request.Tids.Count > 0)
            tids.AddRange(request.Tids.Distinct());
        else
            status = new DescriptorReader(sources.Procfs).ReadThreads(Pid, options.MaxThreads + 1, tids);
        _isTruncated = tids.Count > options.MaxThreads;
        if (_isTruncated)
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
        string everybody = walker is null ? StackLimits.OfProcess(opened) : threads.Exists(thread => thread.Syscall.IsCompat) ? StackLimits.Compat : "";
        if (everybody.Length > 0 || walker is null)
        {
            Show([.. _found!.Select(facts => facts with { Limitation = everybody })]);
            return;
        }

        int[] order = Order(threads);
        foreach (int index in order.Skip(options.MaxStacks))
            Skip(index, StackLimits.TooMany);
        order = order[..Math.Min(order.Length, options.MaxStacks)];
        Limit(order, StackLimits.TimeOver);
        uint[] tids = [.. order.Select(index => threads[index].Tid)];
        Dictionary<uint, WalkedStack> stacks = Walk(walker, tids);
        DescribeAgain([.. order.Where(index => stacks.TryGetValue(threads[index].Tid, out WalkedStack walked) && walked.Status != threads[index])]);
        var namer = new StackNamer(sources.Symbolizer, Pid, process.StartBoottimeNs);
        foreach (int index in order)
        {
            bool isWalked = stacks.TryGetValue(threads[index].Tid, out WalkedStack walked);
            if (_time.IsOver)
                Skip(index, StackLimits.TimeOver);
            else
                Replace(index, isWalked ? namer.Name(_found![index], walked) : _found![index] with { Limitation = StackLimits.NoRegisters });
        }

        // What they did when they were walked counts, not what they had done before.
        void DescribeAgain(int[] changed)
        {
            ThreadFacts[] facts = describer.Describe([.. changed.Select(index => stacks[threads[index].Tid].Status)]);
            for (int i = 0; i < changed.Length; i++)
                Replace(changed[i], facts[i] with { Limitation = StackLimits.TimeOver });
        }
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

    /// <summary>Indexes of those that may have a stack; first those that wait for a descriptor, since a pool of idle threads may be large.</summary>
    private int[] Order(List<ThreadStatus> threads)
    {
        for (int i = 0; i < threads.Count; i++)
        {
            if (threads[i].IsZombie)
                Replace(i, _found![i] with { Limitation = StackLimits.Ended });
        }

        return [.. Enumerable.Range(0, threads.Count).Where(i => !threads[i].IsZombie).OrderBy(i => threads[i].Tid != Pid && _found![i].SyscallFd is null)];
    }

    private void Limit(int[] indexes, string limitation)
    {
        lock (_lock)
        {
            foreach (int index in indexes)
                _found![index] = _found[index] with { Limitation = limitation };
        }
    }

    private void Skip(int index, string limitation)
    {
        counters.CountStackSkipped();
        Replace(index, _found![index] with { Limitation = limitation });
    }

    private void Replace(int index, ThreadFacts facts)
    {
        lock (_lock)
            _found![index] = facts;
    }

    private void Show(ThreadFacts[] found)
    {
        lock (_lock)
            _found = found;
    }

    private static ThreadInspection Failed(ProcfsStatus status) => status switch
    {
        ProcfsStatus.ProcessGone => Failed(ThreadInspectionStatus.NoProcess, "there is no such process"),
        ProcfsStatus.NotPermitted => Failed(ThreadInspectionStatus.NotPermitted, "its files in /proc may not be read"),
        _ => Failed(ThreadInspectionStatus.Failed, "its files in /proc cannot be read"),
    };

    private static ThreadInspection Failed(ThreadInspectionStatus status, string text) => new(status, text, [], IsTruncated: false);
}
