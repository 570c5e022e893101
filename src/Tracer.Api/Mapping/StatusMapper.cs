// SPDX-License-Identifier: Apache-2.0
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>The daemon's status as a message.</summary>
internal static class StatusMapper
{
    public static Proto.GetStatusResponse ToStatus(
        DaemonStatus status, IEnumerable<CounterValue> hubCounters, IEnumerable<BoundValue> hubBounds)
    {
        Proto.GetStatusResponse message = new()
        {
            Version = status.Version,
            StartTime = ProtoTime.ToTimestamp(status.StartTime),
            KernelRelease = status.KernelRelease,
            Pid = status.Pid,
        };
        if (status.LastScanTime is { } lastScan)
            message.LastScanTime = ProtoTime.ToTimestamp(lastScan);
        message.Hooks.Add(status.Hooks.Select(ToHook));
        message.Counters.Add(status.Counters.Concat(hubCounters).Select(static counter =>
            new Proto.Counter { Name = counter.Name, Value = counter.Value, Help = counter.Help }));
        message.Bounds.Add(status.Bounds.Concat(hubBounds).Select(static bound =>
            new Proto.Bound { Name = bound.Name, Used = bound.Used, Limit = bound.Limit, Refused = bound.Refused }));
        return message;
    }

    private static Proto.Hook ToHook(HookStatus hook)
    {
        Proto.Hook message = new() { Fact = hook.Fact, Rung = hook.Rung, Cost = hook.Cost };
        message.Refused.Add(hook.Refused.Select(static refused =>
            new Proto.RefusedRung { Rung = refused.Rung, Reason = refused.Reason }));
        return message;
    }
}
