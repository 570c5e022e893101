// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Grouping;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Texts;

/// <summary>What bears the verdict of a finding, with how many of its sockets show it.</summary>
internal static class VerdictLines
{
    public static void Add(EvidenceLines lines, Finding finding, FindingContext context)
    {
        switch (finding.Verdict)
        {
            case Verdict.NeverAccepted:
                AddNeverAccepted(lines, finding);
                break;
            case Verdict.EofNotRead:
                AddNotRead(lines, finding, context);
                break;
            case Verdict.EofReadNotClosed:
                lines.Observed($"{All(finding)}: the end of the stream was read, and they are still open");
                break;
            case Verdict.HeldElsewhere:
                AddHeldElsewhere(lines, finding, context);
                break;
            case Verdict.HalfCloseInUse:
                AddHalfClose(lines, finding, context);
                break;
            case Verdict.ResetButOpen:
                lines.Observed($"{All(finding)}: the connection has ended, its descriptor is still open: {EndText.Of(context.Group.Ends)}");
                break;
            case Verdict.ShutdownButOpen:
                lines.Observed($"{All(finding)}: shutdown() was called, close() was not");
                break;
            case Verdict.SlowClose:
                AddSlowClose(lines, finding, context);
                break;
            default:
                lines.Observed($"{All(finding)}: no process had a descriptor of them at the last scan");
                lines.Unknown("who keeps them open: a message in flight between two processes, a program that uses io_uring, or the kernel itself");
                break;
        }
        if (finding.Verdict != Verdict.NeverAccepted)
            AddPlaces(lines, finding, context);
    }

    private static string All(Finding finding) => Counts.Part(finding.Sockets, finding.Sockets);

    private static void AddNeverAccepted(EvidenceLines lines, Finding finding)
    {
        string name = finding.Listener is null ? "" : EndpointText.Format(finding.Listener);
        lines.Observed($"{All(finding)}: in the accept queue of {(name.Length == 0 ? "a listener that is not known" : name)}, no process has a descriptor of them");
        if (finding.Listener is { QueueLimit: > 0 } listener)
        {
            string dropped = finding.ListenOverflows == 0 ? "" : $", {Counts.Of(finding.ListenOverflows, "connection")} dropped since tracing began";
            lines.Observed(Counts.Text($"accept queue {listener.QueueLength}/{listener.QueueLimit}{(SeverityRules.IsNearlyFull(listener) ? " full" : "")}{dropped}"));
        }
        if (finding.Listener is { Drops: > 0 } full)
            lines.Observed($"the listener has dropped {Counts.Of(full.Drops, "connection")} since it was opened");
        if (finding.Listener is { LastAccept: { Pid: not 0 } last } known)
            lines.Observed($"last accept {lines.Ago(last.KtimeNs)} by {ActorText.WithPlace(in last, lines.Names)}{(known.LastAcceptResult == 0 ? "" : ", and got none")}");
        else
            lines.Unknown("who accepts from the listener was not seen");
    }

    private static void AddNotRead(EvidenceLines lines, Finding finding, FindingContext context)
    {
        // Reads from before the tracer came were not seen: of those sockets only the sequence numbers tell.
        bool isWatched = context.Group is { ReadSince: 0, Existed: 0 };
        string tried = context.Group.ReadSince == 0 ? "" : Counts.Text($"; {context.Group.ReadSince} were read after it, not to the end");
        lines.Observed(isWatched ? $"{All(finding)}: nobody has read since the FIN" : $"{All(finding)}: the end of the stream has not been read{tried}");
    }

    private static void AddHeldElsewhere(EvidenceLines lines, Finding finding, FindingContext context)
    {
        TcpActor user = context.Group.LastUsed.Threads().FirstOrDefault();
        string who = user.Pid == 0 ? "who used them" : ActorText.WithPlace(in user, lines.Names);
        lines.Observed($"{All(finding)}: {who} used them last and has no descriptor of them any more");
        IEnumerable<string> holders = finding.Owner.Processes.Take(3).Select(process => Counts.Text($"{process.Comm}({process.Process.Pid}) {process.Sockets}"));
        int more = Math.Max(0, finding.Owner.Processes.Count - 3);
        lines.Observed($"still held by {string.Join(", ", holders)}{(more == 0 ? "" : Counts.Text($" and {more} more"))}");
    }

    private static void AddHalfClose(EvidenceLines lines, Finding finding, FindingContext context)
    {
        lines.Observed($"{All(finding)}: data was sent after the FIN, not longer than {DurationText.Format(VerdictRules.HalfCloseWindowNs)} ago");
        if (context.Group.PeerSilent > 0)
            lines.Observed($"{Counts.Part(context.Group.PeerSilent, finding.Sockets)}: the peer has not acknowledged it for 10 s, and may be gone");
        if (finding.UnsentBytes > 0)
            lines.Observed($"{Counts.Of(finding.UnsentBytes, "byte")} are not acknowledged");
    }

    private static void AddSlowClose(EvidenceLines lines, Finding finding, FindingContext context)
    {
        string typical = finding is { MedianTimeToCloseNs: { } median, P99TimeToCloseNs: { } p99 }
            ? $"{DurationText.Format(median)} in the middle, 99 of 100 within {DurationText.Format(p99)}, "
            : "";
        lines.Observed($"sockets of this origin are closed, but late: {typical}at most {DurationText.Format(context.Closes.SlowestNs)}");
        lines.Observed($"{All(finding)}: open for {DurationText.Format(finding.OldestNs)} at most, and they do not pile up");
    }

    private static void AddPlaces(EvidenceLines lines, Finding finding, FindingContext context)
    {
        SocketGroup group = context.Group;
        if (group.Adopted > 0 && group.Opened.FindPlace(SiteRole.Accept, lines.Names, out ulong count) is { } first)
            lines.Inferred($"accepted, by their first use, in {first.Label} on {Counts.Part(count, finding.Sockets)}");
        else
            AddPlace(lines, finding, group.Opened, group.Origin.Role == SiteRole.Connect ? "opened by connect() in" : "accepted in");
        if (finding.Verdict is Verdict.EofReadNotClosed or Verdict.ResetButOpen or Verdict.SlowClose)
        {
            AddPlace(lines, finding, group.EofRead, "the end was read in");
            if (group.EofRead.Count < finding.Sockets && finding.Verdict == Verdict.EofReadNotClosed)
                lines.Unknown($"{Counts.Part(finding.Sockets - group.EofRead.Count, finding.Sockets)}: who read the end was not seen");
        }
        if (finding.Verdict == Verdict.EofNotRead)
            AddPlace(lines, finding, group.LastRead, "last read in");
        if (finding.Verdict == Verdict.ShutdownButOpen)
            AddPlace(lines, finding, group.Closed, "shut down in");
    }

    private static void AddPlace(EvidenceLines lines, Finding finding, ActorTally actors, string what)
    {
        if (actors.FindPlace(SiteRole.None, lines.Names, out ulong count) is { } place)
            lines.Observed($"{what} {place.Label} on {Counts.Part(count, finding.Sockets)}");
    }
}
