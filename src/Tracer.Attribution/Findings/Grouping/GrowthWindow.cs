// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>The time that growth is measured over: the last minute, or since tracing began. Whole seconds, as the history has them.</summary>
internal readonly record struct GrowthWindow(ulong LastSecondBefore, ulong LengthNs)
{
    private const ulong SecondNs = 1_000_000_000;
    private const ulong LongestSeconds = 60;
    private const ulong LongEnoughNs = 30 * SecondNs;
    private const ulong FarthestFactor = 100;

    /// <summary>How far ahead the growth says anything: what came within seconds may have come at once.</summary>
    public ulong FarthestNs => LengthNs >= LongEnoughNs ? ulong.MaxValue : LengthNs * FarthestFactor;

    public static GrowthWindow Until(ulong nowKtimeNs, ulong tracingSinceKtimeNs)
    {
        ulong second = RecentChanges.SecondOf(nowKtimeNs);
        ulong before = second > LongestSeconds ? second - LongestSeconds : 0;
        ulong begin = (before + 1) * SecondNs;
        if (tracingSinceKtimeNs > begin)
            (before, begin) = (RecentChanges.SecondOf(tracingSinceKtimeNs) - 1, tracingSinceKtimeNs);
        return new GrowthWindow(before, nowKtimeNs > begin ? nowKtimeNs - begin : 0);
    }

    /// <summary>It entered CLOSE_WAIT within it, under the tracer's eyes.</summary>
    public bool HasSeenComing(in TrackedSocket socket) =>
        !OriginRules.IsOlderThanTracing(in socket) && RecentChanges.SecondOf(socket.EnterKtimeNs) > LastSecondBefore;

    /// <summary>What a difference over this time makes in a minute; nothing follows from less than a second.</summary>
    public double PerMinute(long difference) => LengthNs < SecondNs ? 0 : difference * (60.0 * SecondNs / LengthNs);
}
