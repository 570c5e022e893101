// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Grouping;

namespace Tracer.Attribution.Findings.Texts;

/// <summary>The numbers that findings of every verdict have: peers, idle times, closes, growth, descriptors.</summary>
internal static class NumberLines
{
    private const int MostTimeouts = 4;
    private const ulong MinuteNs = 60_000_000_000;
    private const double WorthMentioning = 0.5;

    public static void Add(EvidenceLines lines, Finding finding, FindingContext context)
    {
        AddIdle(lines, finding, context);
        AddPeers(lines, finding);
        if (finding.Verdict != Verdict.SlowClose)
            AddCloses(lines, finding);
        AddGrowth(lines, finding, context);
        AddDescriptors(lines, finding);
        if (finding.UnreadBytes > 0)
            lines.Observed($"{Counts.Of(finding.UnreadBytes, "byte")} of data came before the FIN and wait unread");
    }

    private static void AddIdle(EvidenceLines lines, Finding finding, FindingContext context)
    {
        string how = context.IdleIsInferred ? ", by the ages of the last segments" : "";
        if (finding.Plateau.IsPlateau)
        {
            lines.Inferred($"idle before the FIN: {PeerText.Of(finding.Plateau)}{how}: {PeerText.TimeoutOf(finding)}");
            return;
        }
        PeerIdle[] timeouts = [.. finding.Peers.Where(peer => peer.Idle.IsPlateau)];
        foreach (PeerIdle peer in timeouts.Take(MostTimeouts))
            lines.Inferred($"idle before the FIN of {PeerText.Of(peer)}: {PeerText.Of(peer.Idle)}{how}: its idle timeout");
        if (timeouts.Length > MostTimeouts)
            lines.Inferred(Counts.Text($"idle before the FIN is alike for {timeouts.Length - MostTimeouts} more peers: their idle timeouts"));
        if (timeouts.Length > 0 || finding.Plateau.Known == 0)
            return;
        string middle = DurationText.Format(finding.Plateau.IdleNs);
        lines.Observed(finding.Plateau.IdleNs < PlateauRules.LeastIdleNs
            ? $"idle before the FIN: {middle} in the middle: no timeout, the FIN came soon after the last data"
            : $"idle before the FIN: {middle} in the middle, no timeout that they have in common");
    }

    private static void AddPeers(EvidenceLines lines, Finding finding)
    {
        if (finding.PeerCount == 0)
            return;
        PeerIdle first = finding.Peers[0];
        string kind = first.Port == 0 ? "client" : "peer";
        lines.Observed(finding.PeerCount == 1
            ? $"all from one {kind}: {PeerText.Of(first)}"
            : Counts.Text($"{finding.PeerCount} {kind}s, most sockets with {PeerText.Of(first)}: {first.Sockets}"));
    }

    private static void AddCloses(EvidenceLines lines, Finding finding)
    {
        string text = Counts.Text($"{finding.Closed} of {finding.Opened} closed since tracing began");
        if (finding.Ends.Count > 0)
            text = Counts.Text($"{finding.Closed} of {finding.Opened} of this origin are gone since tracing began{LeftOpen(finding)}: {EndText.Of(finding.Ends)}");
        if (finding.MedianTimeToCloseNs is { } median)
            text += $"; closes took {DurationText.Format(median)} (median)";
        lines.Observed(text);
    }

    private static string LeftOpen(Finding finding)
    {
        ulong ended = finding.Ends.Values.Aggregate(0UL, (sum, count) => sum + count);
        return ended > finding.Closed ? Counts.Text($", {ended - finding.Closed} have ended and left a descriptor open") : "";
    }

    private static void AddGrowth(EvidenceLines lines, Finding finding, FindingContext context)
    {
        if (!context.IsGrowing)
            return;
        string text = $"grows by {Counts.PerMinute(finding.GrowthPerMinute)}";
        DescriptorUse? first = finding.Descriptors.Where(use => use.ExhaustionNs is not null).MinBy(use => use.ExhaustionNs);
        if (first is { IsExhausted: false, ExhaustionNs: { } left })
            text += Counts.Text($": descriptors of pid {first.Process.Pid} ({first.Facts.Limit}) run out in {DurationText.Format(Rough(left))}");
        lines.Observed(text);
    }

    // A forecast is not known to the second.
    private static ulong Rough(ulong ns) => ns < 2 * MinuteNs ? ns : (ns + MinuteNs / 2) / MinuteNs * MinuteNs;

    private static void AddDescriptors(EvidenceLines lines, Finding finding)
    {
        if (finding.Descriptors.Count == 0 || finding.Descriptors[0] is not { Share: >= WorthMentioning } use)
            return;
        string here = use.Stuck > 0 ? Counts.Text($", {use.Stuck} of them by these sockets") : "";
        string effect = use.IsExhausted ? ": accept() and open() fail with EMFILE, too many open files" : "";
        lines.Observed(Counts.Text($"{use.Comm}({use.Process.Pid}) has {use.Facts.Open} of {use.Facts.Limit} descriptors in use{here}{effect}"));
    }
}
