// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>The line of code to look at for each verdict.</summary>
internal static class CodeSites
{
    /// <summary>Null: no line is known.</summary>
    public static Site? Find(SocketGroup group, CloseTally closes, INameSource names)
    {
        Site? opened = group.Opened.FindPlace(group.Origin.Role == SiteRole.Connect ? SiteRole.Connect : SiteRole.Accept, names, out _);
        Site? eofRead = group.EofRead.FindPlace(SiteRole.EofRead, names, out _);
        Site? lastRead = group.LastRead.FindPlace(SiteRole.LastRead, names, out _);
        return group.Verdict switch
        {
            Verdict.NeverAccepted => null,
            Verdict.EofReadNotClosed => eofRead ?? lastRead,
            Verdict.EofNotRead => group.Inbound > 0 ? lastRead ?? opened : opened ?? lastRead,
            Verdict.ResetButOpen => eofRead ?? opened ?? lastRead,
            Verdict.ShutdownButOpen => group.Closed.FindPlace(SiteRole.Close, names, out _) ?? opened,
            Verdict.SlowClose => SlowestClose(closes, names) ?? eofRead ?? opened,
            _ => opened ?? lastRead,
        };
    }

    private static Site? SlowestClose(CloseTally closes, INameSource names)
    {
        string line = ActorText.Place(closes.SlowestCloser, names);
        return line.Length == 0 ? null : new Site(SiteRole.Close, line, closes.SlowestCloser);
    }
}
