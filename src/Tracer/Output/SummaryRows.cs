// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>What is known of the host beyond the findings.</summary>
internal sealed class SummaryRows(LabelledText text, OutputStyle style)
{
    /// <summary>After findings: what else there is, and what the marks mean.</summary>
    public void Write(HostSummary summary)
    {
        text.Write("host", $"{Sockets(summary)}; {Traced(summary)}", hang: 2);
        WriteCounts(summary);
        text.Write("marks", EvidenceRows.Legend);
    }

    /// <summary>Without a finding: what was looked at, and what could not be seen.</summary>
    public void WriteNothingFound(HostSummary summary, TimeSpan minAge, string longerLook)
    {
        text.WriteParagraph("No finding: nothing here is stuck in CLOSE_WAIT.", style.Palette.Good);
        text.Write("looked at", $"{Sockets(summary)}; {Traced(summary)}", hang: 2);
        WriteCounts(summary);
        text.Write("left out", $"sockets younger than {AgeText.Format(minAge)}: a busy program closes within that time", hang: 2);
        text.Write("next", longerLook, hang: 2);
    }

    private void WriteCounts(HostSummary summary)
    {
        if (summary.Verdicts.Count > 0)
            text.Write("verdicts", string.Join(", ", summary.Verdicts.OrderByDescending(verdict => verdict.Count).Select(Count)), hang: 2);
        text.Write("harmless", Harmless(summary), hang: 2);
        if (summary.Ends.Count > 0)
            text.Write("ended", FindingRows.Ends(summary.Ends), hang: 2);
        KernelCounter[] grown = [.. summary.Kernel.Where(counter => counter.SinceTracing > 0)];
        if (grown.Length > 0)
            text.Write("kernel", string.Join(", ", grown.Select(counter => $"{TargetText.Clean(counter.Name)} +{counter.SinceTracing}")), hang: 2);
    }

    private static IEnumerable<string> Harmless(HostSummary summary)
    {
        foreach (VerdictCount verdict in summary.Verdicts)
        {
            if (verdict.Count > 0 && VerdictText.WhyHarmless(verdict.Verdict) is { } why)
                yield return $"{Count(verdict)}: {why}";
        }
        if (summary.HarmlessFindings > 0)
            yield return $"{summary.HarmlessFindings} {(summary.HarmlessFindings == 1 ? "finding is" : "findings are")} left out as harmless: --harmless shows them";
    }

    private static string Count(VerdictCount verdict) =>
        $"{verdict.Count} {(verdict.Verdict == Verdict.Unspecified ? "not judged" : WireNames.Of(verdict.Verdict))}";

    private static string Sockets(HostSummary summary)
    {
        string stuck = summary.CloseWaits == 1 ? "1 socket in CLOSE_WAIT" : $"{summary.CloseWaits} sockets in CLOSE_WAIT";
        return summary.LeftOpen == 0 ? stuck : $"{stuck}, {summary.LeftOpen} ended while a descriptor stayed open";
    }

    private string Traced(HostSummary summary)
    {
        string kernel = summary.KernelRelease.Length == 0 ? "" : $", kernel {TargetText.Clean(summary.KernelRelease)}";
        if (summary.Time is null || summary.TracingSince is null)
            return "watched for an unknown time" + kernel;
        TimeSpan watched = (summary.Time - summary.TracingSince).ToTimeSpan();
        return string.Create(CultureInfo.InvariantCulture, $"watched for {AgeText.Format(watched)} until {style.Date(summary.Time)}{kernel}");
    }
}
