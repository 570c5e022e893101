// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;

namespace Tracer.Tests.Scenes;

/// <summary>Just what a gauge asks for.</summary>
internal sealed class GaugeFacts : IFactSource
{
    public ulong Now { get; set; } = 1_000_000_000_000;

    public Dictionary<ProcessKey, DescriptorFacts> Descriptors { get; } = [];

    /// <summary>How often descriptors were asked for.</summary>
    public int DescriptorReads { get; private set; }

    public Dictionary<ProcessKey, string> Comms { get; } = [];

    public ulong TracingSinceKtimeNs => 0;

    public ulong LastScanKtimeNs => 0;

    public ulong NowKtimeNs() => Now;

    public IReadOnlyDictionary<ProcessKey, DescriptorFacts> ReadDescriptors(IReadOnlyCollection<ProcessKey> processes)
    {
        DescriptorReads++;
        return Descriptors.Where(known => processes.Contains(known.Key)).ToDictionary();
    }

    public ProcessFacts? FindProcess(ProcessKey key) =>
        Comms.TryGetValue(key, out string? comm) ? new ProcessFacts(key, comm, "", "", 0, false, "", "", "", 0) : null;

    public StackReport? FindStack(ulong stackId) => null;

    public string FindCgroup(ulong cgroupId) => "";

    public DaemonStatus ReadStatus() => throw new NotSupportedException();

    public DateTimeOffset ToWallClock(ulong ktimeNs) => throw new NotSupportedException();

    public DateTimeOffset BootToWallClock(ulong boottimeNs) => throw new NotSupportedException();

    public Task<ThreadDump?> DumpThreadsAsync(uint pid, bool mayStartListener, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ThreadInspection?> InspectThreadsAsync(uint pid, IReadOnlyList<uint> tids, bool omitStacks, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IReadOnlyList<KernelCounterValue> ReadKernelCounters() => throw new NotSupportedException();

    public Task<bool> RescanAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
