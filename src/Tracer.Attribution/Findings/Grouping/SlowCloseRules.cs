// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Whether sockets only wait for a close that comes late: others of the same origin were closed, as late as these are now.</summary>
internal static class SlowCloseRules
{
    private const ulong MostTimesSlowest = 3;
    private const ulong LeastPartClosed = 10; // one late close in a day does not make a leak harmless

    /// <summary>Those that are only slow, whether their end was read or not, become groups of their own.</summary>
    public static List<SocketGroup> SetApart(List<SocketGroup> groups, OriginFigures figures, ulong minAgeNs, ulong nowKtimeNs)
    {
        List<SocketGroup> others = [];
        Dictionary<(ProcessKey, string), SocketGroup> slow = [];
        foreach (SocketGroup group in groups)
        {
            if (!IsSlow(group, figures.Of(group.HistoryKeys.Union(group.FallbackKeys)), minAgeNs, nowKtimeNs))
            {
                others.Add(group);
                continue;
            }
            (ProcessKey, string) key = (group.Owner, group.Origin.Label);
            if (!slow.TryGetValue(key, out SocketGroup? same))
                slow.Add(key, same = new SocketGroup(group.Owner, group.Origin, Verdict.SlowClose));
            same.Add(group);
        }
        return [.. others, .. slow.Values];
    }

    private static bool IsSlow(SocketGroup group, in OriginFigures.Figures figures, ulong minAgeNs, ulong nowKtimeNs)
    {
        if (group.Verdict is not (Verdict.EofNotRead or Verdict.EofReadNotClosed or Verdict.HeldElsewhere or Verdict.Unknown))
            return false;
        CloseTally closes = figures.Closes;
        ulong late = closes.LateCloses(minAgeNs / 2);
        if (late == 0 || late * LeastPartClosed < group.Sockets || closes.SlowestNs < minAgeNs / 2)
            return false;
        ulong oldest = nowKtimeNs - Math.Min(nowKtimeNs, group.Oldest.First.EnterKtimeNs);
        // While none is older than closes take, all that came before them are closed: more come, but none pile up.
        if (oldest / 5 * 4 <= closes.SlowestNs)
            return true;
        return oldest / MostTimesSlowest <= closes.SlowestNs && !GrowsSteadily(in figures);
    }

    // Of a number that only varies by chance, two looks differ by about the root of twice the number; three times that is no chance.
    private static bool GrowsSteadily(in OriginFigures.Figures figures) =>
        figures.Difference >= 3 && figures.Difference > 3 * Math.Sqrt(2.0 * figures.Outstanding);
}
