// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Inspection;
using Tracer.Linux;
using Tracer.Linux.Cgroups;

namespace Tracer;

/// <summary>Answers the API's questions from what the daemon's threads have already learned.</summary>
public sealed class FactSource(
    NameDirectory names, ThreadDumper threads, ThreadInspector inspector, DescriptorCounts descriptors, NetCounters counters, CgroupPaths? cgroups,
    ScanMarks scans, EventPump pump, StatusReport status)
    : IFactSource
{
    private const ulong ClockAgeNs = 1_000_000_000; // wall time may be stepped

    private ClockReading _clock = new(ClockSet.Read());

    private sealed record ClockReading(ClockSet Set);

    public ulong TracingSinceKtimeNs { get; } = ClockSet.ReadMonotonicNs();

    public uint CountersNetns => counters.Netns;

    public ulong LastScanKtimeNs => scans.LastBeganKtimeNs;

    public ProcessFacts? FindProcess(ProcessKey key) => names.FindProcess(key);

    public StackReport? FindStack(ulong stackId) => names.FindStack(stackId);

    public string FindCgroup(ulong cgroupId) => cgroups?.Resolve(cgroupId) ?? "";

    public DaemonStatus ReadStatus() => status.Read();

    public DateTimeOffset ToWallClock(ulong ktimeNs) => Clock().MonotonicToWallClock(ktimeNs);

    public DateTimeOffset BootToWallClock(ulong boottimeNs) => Clock().BoottimeToWallClock(boottimeNs);

    public ulong NowKtimeNs() => ClockSet.ReadMonotonicNs();

    public Task<ThreadDump?> DumpThreadsAsync(uint pid, bool mayStartListener, CancellationToken cancellationToken) =>
        threads.DumpAsync(pid, mayStartListener, cancellationToken);

    public Task<ThreadInspection?> InspectThreadsAsync(uint pid, IReadOnlyList<uint> tids, bool omitStacks, CancellationToken cancellationToken) =>
        inspector.InspectAsync(pid, tids, omitStacks, cancellationToken);

    public IReadOnlyDictionary<ProcessKey, DescriptorFacts> ReadDescriptors(IReadOnlyCollection<ProcessKey> processes) =>
        descriptors.Read(processes);

    public IReadOnlyList<KernelCounterValue> ReadKernelCounters() => counters.Read();

    public Task<bool> RescanAsync(CancellationToken cancellationToken)
    {
        if (!status.CanScan)
            return Task.FromResult(false);
        Task<bool> done = scans.WaitAsync(NowKtimeNs(), cancellationToken);
        pump.RequestScan();
        return done;
    }

    private ClockSet Clock()
    {
        ClockReading reading = _clock;
        if (ClockSet.ReadMonotonicNs() - reading.Set.MonotonicNs > ClockAgeNs)
            _clock = reading = new ClockReading(ClockSet.Read());
        return reading.Set;
    }
}
