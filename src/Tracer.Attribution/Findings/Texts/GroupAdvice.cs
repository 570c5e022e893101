// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Grouping;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Texts;

/// <summary>What to do about a finding: the advice for one of its sockets, told of what is typical for all of them.</summary>
internal static class GroupAdvice
{
    private const int MostHolders = 64;
    private const double ShareToRaise = 0.8;

    public static IReadOnlyList<string> Of(Finding finding, FindingContext context)
    {
        if (finding.Verdict == Verdict.SlowClose)
            return [$"Nothing, if they are meant to stay open for so long; else do less between the end of the stream and the close{(finding.Code is null ? "" : $" in {finding.Code.Label}")}."];
        TrackedSocket typical = Typical(finding, context);
        List<string> advice = [.. VerdictTexts.Advise(in typical, context.Names)];
        if (finding is { Verdict: Verdict.EofNotRead, Plateau.IsPlateau: true } && context.Group.Inbound == 0 && !VerdictEvidence.IsUnused(in typical))
            advice.Insert(0, VerdictAdvice.ForPool(finding.Plateau.IdleNs));
        DescriptorUse? tight = finding.Descriptors.FirstOrDefault(use => use.Share >= ShareToRaise || use.ExhaustionNs <= SeverityRules.HourNs);
        if (finding.Verdict == Verdict.NeverAccepted && finding.Descriptors.FirstOrDefault(use => use.IsExhausted) is { } exhausted)
            advice.Insert(0, Counts.Text($"Free descriptors of {exhausted.Comm}({exhausted.Process.Pid}): it cannot accept while all {exhausted.Facts.Limit} are in use; its other findings say what holds them."));
        if (tight is not null)
            advice.Add(Counts.Text($"To win time: prlimit --pid {tight.Process.Pid} --nofile={tight.Facts.Limit * 4} (now {tight.Facts.Limit}), or restart {tight.Comm}."));
        return advice;
    }

    // The oldest socket, with the places, holders and idle time that most have.
    private static TrackedSocket Typical(Finding finding, FindingContext context)
    {
        SocketGroup group = context.Group;
        TrackedSocket socket = group.Oldest.First;
        socket.Verdict = finding.Verdict;
        Replace(ref socket.Last.Record.Origin, group.Opened, context.Names);
        Replace(ref socket.Last.Record.EofRead, group.EofRead, context.Names);
        Replace(ref socket.Last.Record.LastRead, group.LastRead, context.Names);
        Replace(ref socket.Closer, group.Closed, context.Names);
        (socket.HasIdleBeforeFin, socket.IdleBeforeFinNs) = (finding.Plateau.IsPlateau, finding.Plateau.IdleNs);
        if (finding.Verdict != Verdict.NeverAccepted)
            socket.Holders = [.. group.Processes().BySockets().Take(MostHolders).Select(process => new DescriptorHolder(process.Process, 0, process.Comm))];
        socket.Listener = finding.Listener ?? socket.Listener;
        // No listener serves its port: most likely it was opened from here.
        if (group.Inbound == 0)
            socket.Direction = TcpDirection.Outbound;
        return socket;
    }

    private static void Replace(ref TcpActor actor, ActorTally actors, INameSource names)
    {
        if (actors.FindPlace(SiteRole.None, names, out _) is { } place)
            actor = place.Actor;
    }
}
