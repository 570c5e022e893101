// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>What the daemon tells of itself; the bounds and counters of the <see cref="EventHub"/> are added by the service.</summary>
public sealed record DaemonStatus(
    string Version,
    DateTimeOffset StartTime,
    string KernelRelease,
    uint Pid,
    IReadOnlyList<HookStatus> Hooks,
    IReadOnlyList<CounterValue> Counters,
    IReadOnlyList<BoundValue> Bounds,
    DateTimeOffset? LastScanTime);
