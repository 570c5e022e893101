// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Bpf.Probe;
using Tracer.Bpf.Ring;
using Tracer.Linux;
using Tracer.Wire;

namespace Tracer.Capture;

/// <summary>The loaded and attached kernel side. Disposing it detaches and unloads everything; so does the end of the process.</summary>
public sealed class CaptureSession : IDisposable
{
    private const uint BudgetWindowsPerSecond = 10; /* BUDGET_WINDOW_NS, unwind.bpf.h */
    private const uint MaxPreallocatedRecords = 262_144; // of 368 bytes, whether there are sockets or not

    private static readonly string[] Iterators = ["on_snapshot", "on_descriptor", "on_descriptor_probed", "on_mapping", "on_thread"];

    private static readonly string[] FollowedHooks = ["on_state_change", "on_destroy"];
    private static readonly string[] FollowingHooks = ["on_nested_change", "on_nested_destroy"]; // skipped where the first one did run

    // Before 6.1 (34dd3bad1a6f) a kprobe must not use a hash table that allocates: it may have interrupted the allocator. Trying it makes the kernel warn.
    private static readonly Version KprobesMayAllocate = new(6, 1);
    private static readonly string[] GrowingMaps = ["records", "watched_pids"];
    private static readonly string[] GrowingUnwindMaps = ["unwind_tables", "targets"];

    private readonly BpfObject _object;
    private readonly List<BpfLink> _links = [];
    private readonly Dictionary<string, BpfLink> _iterators = [];
    private readonly MappedMap _control;
    private readonly BpfMap _counters;
    private readonly BpfMap _knownStacks;
    private readonly BpfMap _watchedPids;
    private readonly int _controlOffset;

    private CaptureSession(BpfObject loaded, HookPlan plan)
    {
        _object = loaded;
        Plan = plan;
        _control = loaded.MapData(".bss");
        _controlOffset = _control.OffsetOf("control");
        _counters = loaded.Map("counters");
        _knownStacks = loaded.Map("known_stacks");
        _watchedPids = loaded.Map("watched_pids");
        Unwind = plan.UsesUnwindTables ? new UnwindMaps(loaded) : null;
        Ring = new RingReader(loaded.Map("events"));
        Doorbell = new Doorbell(Ring, loaded.Map("events"), _control, _controlOffset + (int)Marshal.OffsetOf<TcpControl>(nameof(TcpControl.DoorbellArmed)));
    }

    public HookPlan Plan { get; }

    public RingReader Ring { get; }

    /// <summary>Null: the kernel walks stacks by frame pointers.</summary>
    public UnwindMaps? Unwind { get; }

    public Doorbell Doorbell { get; }

    public bool HasSnapshot => _iterators.ContainsKey("on_snapshot");

    public bool HasHolders => Descriptors is not null;

    public bool HasThreads => _iterators.ContainsKey("on_thread");

    /// <summary>Loads and attaches what the plan names.</summary>
    /// <exception cref="BpfException">The kernel refused; nothing is left behind.</exception>
    public static CaptureSession Start(HookPlan plan, ProgramProbe probe, CaptureOptions options)
    {
        string programs = BpfResource.NameFor(RuntimeInformation.ProcessArchitecture, plan.UsesUnwindTables)
            ?? throw new PlatformNotSupportedException("no BPF programs for this machine");
        BpfObject opened = BpfObject.Open(BpfResource.Read(programs), "closewait", options.BtfPath);
        CaptureSession? session = null;
        try
        {
            Prepare(opened, plan, probe, options);
            opened.Load();
            session = new CaptureSession(opened, plan);
            session.SetScope(options.Scope);
            session.AttachAll();
            return session;
        }
        catch
        {
            session?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Which state changes leave the kernel besides those of CLOSE_WAIT.</summary>
    public void SetWatch(IReadOnlyList<TcpFilter> filters)
    {
        ref TcpControl control = ref _control.At<TcpControl>(_controlOffset);
        // A slot must never be read half written, and no watcher may miss a change meanwhile: everything passes.
        Volatile.Write(ref control.WatchFilters, filters.Count == 0 ? 0 : WireFormat.WatchAll);
        Volatile.WriteBarrier(); // release orders what comes before it, not the slots after it; x86 keeps them in order anyway
        for (int i = 0; i < filters.Count; i++)
            control.Watch[i] = filters[i];
        // Whoever wants everything need not have each change compared with a slot.
        Volatile.Write(ref control.WatchFilters, filters is [{ } only] && KernelFilters.IsEverything(in only) ? WireFormat.WatchAll : (uint)filters.Count);
    }

    /// <summary>States that the next iterators report.</summary>
    public void SetSnapshotStates(uint mask) => Volatile.Write(ref _control.At<TcpControl>(_controlOffset).SnapshotStates, mask);

    /// <summary>Starts a pass over all TCP sockets of the calling thread's network namespace.</summary>
    public BpfIterator OpenSnapshot() => _iterators["on_snapshot"].OpenIterator();

    /// <summary>Starts a pass over all descriptors of all processes.</summary>
    public BpfIterator OpenDescriptors() => Descriptors!.OpenIterator();

    /// <summary>Starts a pass over all executable mappings of all processes.</summary>
    public BpfIterator OpenMappings() => _iterators["on_mapping"].OpenIterator();

    /// <summary>Starts a pass over the threads of a process; one process at a time.</summary>
    public BpfIterator OpenThreads(uint pid)
    {
        Volatile.Write(ref _control.Variable<uint>("inspected_pid"), pid);
        return _iterators["on_thread"].OpenIterator();
    }

    public ulong ReadCounter(TcpCounter counter) => _counters.SumPerCpu((uint)counter);

    /// <summary>State changes and ends of sockets that were lost: runs the kernel skipped less those the second programs took (bpf/nested.bpf.h).</summary>
    public ulong ReadSkippedRuns()
    {
        ulong skipped = ReadSkippedRuns(FollowedHooks.Contains);
        ulong taken = ReadCounter(TcpCounter.Nested);
        return skipped > taken ? skipped - taken : 0;
    }

    /// <summary>Runs of hooks without a second program that were skipped because the kernel does not run a program inside itself (6.2).</summary>
    public ulong ReadOtherSkippedRuns() =>
        ReadSkippedRuns(program => !FollowedHooks.Contains(program) && !FollowingHooks.Contains(program) && !Iterators.Contains(program));

    /// <summary>What the verifier looked at, of all programs: most of the time that loading takes.</summary>
    internal long VerifiedInstructions => Plan.Programs.Where(_object.ProgramNames.Contains).Sum(program => (long)_object.Statistics(program).VerifiedInstructions);

    /// <summary>Lets a stack that user space does not have cross the ring again.</summary>
    public void ForgetStack(ulong stackId) => _knownStacks.Delete(MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in stackId)));

    /// <summary>Asks for, or no longer for, the end of a process.</summary>
    public void WatchProcess(uint pid, bool watch)
    {
        ReadOnlySpan<byte> key = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in pid));
        if (watch)
            _watchedPids.Update(key, [1]);
        else
            _watchedPids.Delete(key);
    }

    public void Dispose()
    {
        foreach (BpfLink link in _links.AsEnumerable().Reverse()) // no second program without its first one
            link.Dispose();
        Doorbell.Dispose();
        Ring.Dispose();
        _control.Dispose();
        _object.Dispose();
    }

    private BpfLink? Descriptors => _iterators.GetValueOrDefault("on_descriptor") ?? _iterators.GetValueOrDefault("on_descriptor_probed");

    private void SetScope(IReadOnlyList<TcpFilter> scope)
    {
        ref TcpControl control = ref _control.At<TcpControl>(_controlOffset);
        for (int i = 0; i < scope.Count; i++)
            control.Scope[i] = scope[i];
    }

    private ulong ReadSkippedRuns(Predicate<string> isWanted) =>
        _object.ProgramNames.Where(program => Plan.Programs.Contains(program) && isWanted(program)).Aggregate(0ul, (sum, program) => sum + _object.RecursionMisses(program));

    // In the order of the source: a second program has to follow its first one (bpf/nested.bpf.h).
    private void AttachAll()
    {
        foreach (string program in _object.ProgramNames.Where(Plan.Programs.Contains))
        {
            bool isIterator = Iterators.Contains(program);
            BpfLink link = isIterator ? _object.AttachIterator(program) : _object.Attach(program);
            _links.Add(link);
            if (isIterator)
                _iterators.Add(program, link);
        }
    }

    private static void Prepare(BpfObject opened, HookPlan plan, ProgramProbe probe, CaptureOptions options)
    {
        foreach (string program in opened.ProgramNames)
            opened.SetAutoload(program, plan.Programs.Contains(program));
        bool mustPreallocate = plan.UsesKprobes && Environment.OSVersion.Version < KprobesMayAllocate;
        opened.SetMapMaxEntries("records", mustPreallocate ? Math.Min(options.MaxRecords, MaxPreallocatedRecords) : options.MaxRecords);
        if (mustPreallocate)
        {
            foreach (string map in plan.UsesUnwindTables ? [.. GrowingMaps, .. GrowingUnwindMaps] : GrowingMaps)
                opened.PreallocateMap(map);
        }
        opened.SetMapAutocreate("receiving", plan.Programs.Contains("on_recv_kret"));
        opened.SetMapMaxEntries("events", options.RingBytes);
        if (plan.UsesUnwindTables)
            opened.SetMapMaxEntries("unwind_rows", options.UnwindRows);
        opened.SetConstant("has_socket_cookie", probe.TryTracingHelper(BpfHelper.GetSocketCookie).Works);
        opened.SetConstant("has_task_btf", plan.RungOf(HookLadders.Task) == HookLadders.CurrentTask);
        opened.SetConstant("has_kernel_reads", probe.TryTracingHelper(BpfHelper.ProbeReadKernel).Works);
        opened.SetConstant("has_probe_reads", plan.RungOf(HookLadders.Task) == HookLadders.ProbeRead);
        opened.SetConstant("has_task_regs", probe.TryTracingHelper(BpfHelper.TaskPtRegs).Works && HookTrials.UserMemory(probe).Works);
        opened.SetConstant("tick_ns", options.TickNs);
        opened.SetConstant("scope_filters", (uint)options.Scope.Count);
        opened.SetConstant("stack_budget", (options.StackBudget + BudgetWindowsPerSecond - 1) / BudgetWindowsPerSecond);
        opened.SetConstant("recvmsg_args", (uint)(probe.CountParameters("tcp_recvmsg") ?? 5));
        opened.SetConstant("accept_args", (uint)(probe.CountParameters("inet_csk_accept") ?? 2));
    }
}
