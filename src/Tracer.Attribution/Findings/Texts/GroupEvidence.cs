// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Grouping;

namespace Tracer.Attribution.Findings.Texts;

/// <summary>What speaks for a finding: first what bears its verdict, then its numbers, last what is not known.</summary>
internal static class GroupEvidence
{
    public static IReadOnlyList<Evidence> Of(Finding finding, FindingContext context)
    {
        EvidenceLines lines = new(context.Names, context.NowKtimeNs);
        VerdictLines.Add(lines, finding, context);
        NumberLines.Add(lines, finding, context);
        AddUnknown(lines, finding, context);
        return lines.ToList();
    }

    private static void AddUnknown(EvidenceLines lines, Finding finding, FindingContext context)
    {
        ulong probed = context.Group.Peers.Probed;
        if (probed > 0)
            lines.Unknown($"{Counts.Part(probed, finding.Sockets)}: how long they were idle before the FIN is not known, since answers to keepalive probes may have come after it");
        ulong existed = context.Group.Existed;
        if (!context.IsTracingYoung)
        {
            if (existed > 0)
                lines.Unknown($"{Counts.Part(existed, finding.Sockets)}: older than the tracer, so who opened them is not known");
            return;
        }
        List<string> missing = ["growth over a longer time"];
        if (existed > 0)
            missing.Add($"who opened {(existed == finding.Sockets ? "the" : Counts.Text($"{existed} of the"))} {Counts.Of(finding.Sockets, "socket")}");
        if (finding.Closed == 0)
            missing.Add("whether they are ever closed");
        string list = missing.Count == 1 ? missing[0] : $"{string.Join(", ", missing[..^1])} and {missing[^1]}";
        lines.Unknown($"tracing began {DurationText.Format(context.TracingNs)} ago: {list} {(missing.Count == 1 ? "is" : "are")} not known yet");
    }
}
