// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Findings;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>What is known of the host beside its findings, as a message.</summary>
public sealed class SummaryMapper(IFactSource facts)
{
    // Neither changes while the daemon runs, and a whole status is dear.
    private readonly Lazy<DaemonStatus> _status = new(facts.ReadStatus);

    public Proto.HostSummary ToSummary(FindingSnapshot snapshot) => new()
    {
        Time = ProtoTime.ToTimestamp(facts.ToWallClock(snapshot.KtimeNs)),
        TracingSince = ProtoTime.ToTimestamp(facts.ToWallClock(facts.TracingSinceKtimeNs)),
        KernelRelease = _status.Value.KernelRelease,
        Version = _status.Value.Version,
        CloseWaits = snapshot.Census.CloseWaits,
        LeftOpen = snapshot.Census.LeftOpen,
        Verdicts =
        {
            snapshot.Census.Verdicts.OrderBy(static verdict => verdict.Key)
                .Select(static verdict => new Proto.VerdictCount { Verdict = (Proto.Verdict)verdict.Key, Count = verdict.Value }),
        },
        Ends = { FindingMapper.ToEnds(snapshot.Report.Ends) },
        Kernel =
        {
            snapshot.Kernel.Select(static counter =>
                new Proto.KernelCounter { Name = counter.Name, Value = counter.Value, SinceTracing = counter.SinceTracing }),
        },
        HarmlessFindings = snapshot.Report.HarmlessFindings,
    };
}
