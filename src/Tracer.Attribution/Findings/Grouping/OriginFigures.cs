// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Adds up what is there and what is gone of some origins.</summary>
internal sealed class OriginFigures(IEnumerable<OriginEntry> entries, IReadOnlyDictionary<HistoryKey, CloseTally> tallies, GrowthWindow window)
{
    private readonly ILookup<HistoryKey, OriginEntry> _entries = entries.ToLookup(entry => entry.Site.Key);

    /// <param name="Outstanding">There now, with any verdict.</param>
    /// <param name="Closes">Gone.</param>
    /// <param name="Difference">How many more there are now than at the begin of the time of growth.</param>
    internal readonly record struct Figures(ulong Outstanding, CloseTally Closes, long Difference);

    public Figures Of(IEnumerable<HistoryKey> origins)
    {
        CloseTally closes = new();
        ulong sockets = 0;
        ulong came = 0;
        foreach (HistoryKey origin in origins)
        {
            if (tallies.TryGetValue(origin, out CloseTally? tally))
                closes.Add(tally);
            foreach (OriginEntry entry in _entries[origin])
                (sockets, came) = (sockets + entry.Sockets, came + entry.Came);
        }
        (ulong cameAndGone, ulong went) = closes.Recent.Since(window.LastSecondBefore);
        return new Figures(sockets, closes, (long)came + (long)cameAndGone - (long)went);
    }
}
