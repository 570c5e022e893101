// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;

namespace Tracer.Bench.Streaming;

/// <summary>A daemon that knows nothing beyond the events.</summary>
internal sealed class NoFacts : IFactSource
{
    private readonly DateTimeOffset _boot = DateTimeOffset.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64);

    public ulong TracingSinceKtimeNs => 0;

    public ulong LastScanKtimeNs => 0;

    public ProcessFacts? FindProcess(ProcessKey key) => null;

    public StackReport? FindStack(ulong stackId) => null;

    public string FindCgroup(ulong cgroupId) => "";

    public DaemonStatus ReadStatus() => throw new NotSupportedException("nobody asks");

    public DateTimeOffset ToWallClock(ulong ktimeNs) => _boot.AddTicks((long)(ktimeNs / TimeSpan.NanosecondsPerTick));

    public DateTimeOffset BootToWallClock(ulong boottimeNs) => ToWallClock(boottimeNs);

    public ulong NowKtimeNs() => (ulong)Environment.TickCount64 * 1_000_000;

    public Task<ThreadDump?> DumpThreadsAsync(uint pid, bool mayStartListener, CancellationToken cancellationToken) => Task.FromResult<ThreadDump?>(null);

    public Task<ThreadInspection?> InspectThreadsAsync(uint pid, IReadOnlyList<uint> tids, bool omitStacks, CancellationToken cancellationToken) =>
        Task.FromResult<ThreadInspection?>(null);

    public IReadOnlyDictionary<ProcessKey, DescriptorFacts> ReadDescriptors(IReadOnlyCollection<ProcessKey> processes) => new Dictionary<ProcessKey, DescriptorFacts>();

    public IReadOnlyList<KernelCounterValue> ReadKernelCounters() => [];

    public Task<bool> RescanAsync(CancellationToken cancellationToken) => Task.FromResult(false);
}
