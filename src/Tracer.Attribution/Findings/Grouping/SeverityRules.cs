// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Grouping;

/// <summary>How much a finding hurts.</summary>
internal static class SeverityRules
{
    /// <summary>What happens within it is soon.</summary>
    public const ulong HourNs = 3_600_000_000_000;

    private const ulong Many = 100;
    private const double DangerousShare = 0.8;
    private const double LeastGrowth = 1;
    private const ulong LeastCame = 3;

    /// <summary>More than by chance: some of these very sockets came in the time of growth.</summary>
    public static bool IsGrowing(double perMinute, ulong came) => perMinute >= LeastGrowth && came >= LeastCame;

    public static bool IsNearlyFull(ListenerFacts? listener) =>
        listener is { QueueLimit: > 0 } && listener.QueueLength * 10UL >= listener.QueueLimit * 9UL;

    public static Severity Judge(Finding finding, SocketGroup group, bool isGrowing)
    {
        if (IsHarmless(finding.Verdict, group))
            return Severity.Harmless;
        if (finding.Verdict == Verdict.NeverAccepted && IsNearlyFull(finding.Listener))
            return Severity.Critical;
        if (finding.Descriptors.Any(use => use.Share >= DangerousShare || use.ExhaustionNs <= HourNs))
            return Severity.Critical;
        ulong sockets = finding.Verdict == Verdict.HalfCloseInUse ? group.PeerSilent : finding.Sockets;
        return isGrowing || sockets >= Many ? Severity.Warning : Severity.Notice;
    }

    // Sending to a peer that is gone is not what a half-close is for.
    private static bool IsHarmless(Verdict verdict, SocketGroup group) =>
        verdict == Verdict.SlowClose || (verdict == Verdict.HalfCloseInUse && group.PeerSilent == 0);
}
