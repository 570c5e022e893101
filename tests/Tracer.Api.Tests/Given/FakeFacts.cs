// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using Tracer.Attribution;

namespace Tracer.Api.Tests.Given;

/// <summary>Facts from dictionaries, and a clock that stands still unless it is told to run.</summary>
internal sealed class FakeFacts : IFactSource
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private ulong _now = 10 * TestSockets.Second;
    private int _rescans;
    private int _counterReads;

    public ConcurrentDictionary<ProcessKey, ProcessFacts> Processes { get; } = new();

    public ConcurrentDictionary<ulong, StackReport> Stacks { get; } = new();

    public ConcurrentDictionary<ulong, string> Cgroups { get; } = new();

    /// <summary>Runs on a rescan; by default it is done at once.</summary>
    public Func<CancellationToken, Task<bool>> Rescan { get; set; } = static _ => Task.FromResult(true);

    /// <summary>What a thread dump of a process gives.</summary>
    public Func<uint, bool, ThreadDump?> Threads { get; set; } = static (_, _) => null;

    /// <summary>What threads of a process do.</summary>
    public Func<uint, IReadOnlyList<uint>, ThreadInspection?> Inspection { get; set; } = static (_, _) => null;

    public Dictionary<ProcessKey, DescriptorFacts> Descriptors { get; } = [];

    public IReadOnlyList<KernelCounterValue> KernelCounters { get; set; } = [];

    /// <summary>Once for each look at the findings.</summary>
    public int CounterReads => Volatile.Read(ref _counterReads);

    public int Rescans => Volatile.Read(ref _rescans);

    public ulong Now
    {
        get => Volatile.Read(ref _now);
        set => Volatile.Write(ref _now, value);
    }

    public ulong TracingSinceKtimeNs { get; set; } = TestSockets.Second / 2;

    public uint CountersNetns { get; set; } = 4026531840;

    public ulong LastScanKtimeNs { get; set; }

    public ProcessFacts? FindProcess(ProcessKey key) => Processes.GetValueOrDefault(key);

    public StackReport? FindStack(ulong stackId) => Stacks.GetValueOrDefault(stackId);

    public string FindCgroup(ulong cgroupId) => Cgroups.GetValueOrDefault(cgroupId, "");

    public DaemonStatus ReadStatus() => new(
        "0.1.0", Epoch, "6.18.0", 4711,
        [new HookStatus("close", "tracepoint", [("fentry", "EPERM")], "no stack of exits")],
        [new CounterValue("transitions", 12, "State changes seen")],
        [new BoundValue("sockets", 1, 262_144, 0)],
        Epoch.AddSeconds(9));

    public DateTimeOffset ToWallClock(ulong ktimeNs) => Epoch.AddTicks((long)(ktimeNs / 100));

    public DateTimeOffset BootToWallClock(ulong boottimeNs) => Epoch.AddTicks((long)(boottimeNs / 100));

    public ulong NowKtimeNs() => Now;

    public Task<ThreadDump?> DumpThreadsAsync(uint pid, bool mayStartListener, CancellationToken cancellationToken) =>
        Task.FromResult(Threads(pid, mayStartListener));

    public Task<ThreadInspection?> InspectThreadsAsync(uint pid, IReadOnlyList<uint> tids, bool omitStacks, CancellationToken cancellationToken) =>
        Task.FromResult(Inspection(pid, tids));

    public IReadOnlyDictionary<ProcessKey, DescriptorFacts> ReadDescriptors(IReadOnlyCollection<ProcessKey> processes) =>
        Descriptors.Where(known => processes.Contains(known.Key)).ToDictionary(known => known.Key, known => known.Value);

    public IReadOnlyList<KernelCounterValue> ReadKernelCounters()
    {
        Interlocked.Increment(ref _counterReads);
        return KernelCounters;
    }

    public Task<bool> RescanAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _rescans);
        return Rescan(cancellationToken);
    }

    public ProcessFacts AddProcess(uint pid, string comm, string exe, string cgroup = "")
    {
        ProcessKey key = new(pid, pid * 1000UL);
        return Processes[key] = new ProcessFacts(key, comm, exe, exe + " --serve", 33, true, cgroup, "web.service", "c0ffee", 7);
    }
}
