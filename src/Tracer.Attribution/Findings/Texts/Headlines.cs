// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Grouping;
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings.Texts;

/// <summary>One line for each finding: who, how many, why.</summary>
internal static class Headlines
{
    public static string Of(Finding finding, FindingContext context) => $"{OwnerText.Of(finding.Owner)}: {What(finding, context)}";

    private static string What(Finding finding, FindingContext context)
    {
        string connections = Counts.Of(finding.Sockets, "connection");
        return finding.Verdict switch
        {
            Verdict.NeverAccepted => NeverAccepted(finding, connections),
            Verdict.EofNotRead => $"{connections}{Opened(finding)}: the peer{(finding.PeerCount > 1 ? "s" : "")} closed{AfterIdle(finding)}, nobody reads {Them(finding)}",
            Verdict.EofReadNotClosed => $"{connections} never closed: the end was read{In(finding.Code)}",
            Verdict.HeldElsewhere => $"{connections} held that {User(finding, context)} has closed",
            Verdict.HalfCloseInUse => HalfClose(finding, context),
            Verdict.ResetButOpen => $"{Counts.Of(finding.Sockets, "descriptor")} leaked, {(finding.Sockets == 1 ? "its connection is" : "their connections are")} gone: {EndText.Of(context.Group.Ends)}",
            Verdict.ShutdownButOpen => $"{Counts.Of(finding.Sockets, "descriptor")} leaked: shut down{In(finding.Code)}, never closed",
            Verdict.SlowClose => $"{connections} not closed yet: closes take {Times(finding, context)} here",
            _ => $"{connections} that no process holds",
        };
    }

    private static string NeverAccepted(Finding finding, string connections)
    {
        if (finding.Listener is not { } listener)
            return $"{connections} never accepted";
        string name = EndpointText.Format(listener);
        string to = name.Length == 0 ? "" : $" to {name}";
        string queue = listener.QueueLimit == 0 ? "" : Counts.Text($": accept queue {listener.QueueLength}/{listener.QueueLimit}");
        string why = finding.Descriptors.Any(use => use.IsExhausted) ? "; no descriptor is left to accept them" : "";
        return $"{connections}{to} never accepted{queue}{why}";
    }

    private static string Opened(Finding finding) => finding.Origin.Role switch
    {
        SiteRole.Connect => In(finding.Code is { Role: SiteRole.Connect } ? finding.Code : null, " opened in "),
        SiteRole.Listener => " to " + finding.Origin.Label[OriginNames.Listener.Length..],
        SiteRole.Accept => In(finding.Origin, " accepted in "),
        SiteRole.Existed when finding.PeerCount == 1 && finding.Peers[0].Port != 0 => $" to {PeerText.Of(finding.Peers[0])}",
        _ => "",
    };

    private static string AfterIdle(Finding finding) =>
        finding.Plateau.IsPlateau ? $" after {DurationText.Format(finding.Plateau.IdleNs)} idle" : "";

    private static string HalfClose(Finding finding, FindingContext context) => context.Group.PeerSilent > 0
        ? $"{Counts.Part(context.Group.PeerSilent, finding.Sockets)} half-closed, and the peer acknowledges nothing any more"
        : $"{Counts.Of(finding.Sockets, "connection")} half-closed and in use";

    private static string Times(Finding finding, FindingContext context) =>
        finding.MedianTimeToCloseNs is { } median ? DurationText.Format(median) : "up to " + DurationText.Format(context.Closes.SlowestNs);

    private static string User(Finding finding, FindingContext context)
    {
        Wire.TcpActor user = context.Group.LastUsed.Threads().FirstOrDefault();
        return user.Pid == 0 ? "their user" : ActorText.Name(in user, context.Names);
    }

    private static string In(Site? site, string word = " in ") => site is null ? "" : word + site.Label;

    private static string Them(Finding finding) => finding.Sockets == 1 ? "it" : "them";
}
