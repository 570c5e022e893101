// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Recognises idle times that are alike: somebody's timeout.</summary>
internal static class PlateauRules
{
    /// <summary>Shorter times are alike by being short.</summary>
    public const ulong LeastIdleNs = 1_000_000_000;

    private const ulong LeastToleranceNs = 250_000_000; // timers of servers are that coarse
    private const ulong ToleranceDivisor = 100;
    private const int Enough = 5;
    private const int EnoughIfAllMatch = 3;

    /// <summary>Sorts the times.</summary>
    public static IdlePlateau Find(Span<ulong> idleNs)
    {
        if (idleNs.IsEmpty)
            return default;
        idleNs.Sort();
        ulong median = idleNs[idleNs.Length / 2];
        ulong tolerance = Math.Max(LeastToleranceNs, median / ToleranceDivisor);
        ulong low = median > tolerance ? median - tolerance : 0;
        int from = 0;
        while (idleNs[from] < low)
            from++;
        int to = idleNs.Length - 1;
        while (idleNs[to] > median + tolerance)
            to--;
        int matching = to - from + 1;
        return new IdlePlateau(
            median, (idleNs[to] - idleNs[from]) / 2, (ulong)matching, (ulong)idleNs.Length, median >= LeastIdleNs && AreEnough(matching, idleNs.Length));
    }

    private static bool AreEnough(int matching, int known) =>
        (known >= Enough && matching * 5L >= known * 4L) || (known >= EnoughIfAllMatch && matching == known);
}
