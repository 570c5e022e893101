// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Texts;

namespace Tracer.Attribution.Findings.Threads;

/// <summary>Adds to a finding what the threads of its owner do now.</summary>
internal static class ThreadEvidence
{
    private const int MostLines = 3;

    public static Finding Apply(Finding finding, IReadOnlyList<ThreadFacts> threads)
    {
        finding = finding with { Threads = threads };
        if (threads.Count == 0 || finding.Verdict is not (Verdict.NeverAccepted or Verdict.EofNotRead))
            return finding;
        List<BlockedThreads.Judged> judged = BlockedThreads.Judge(finding, threads);
        // Nobody should read a connection that waits in a pool: what its owner does meanwhile is no reason.
        List<BlockedThreads.Judged> blocking = IsPooled(finding) ? [] : BlockedThreads.Find(finding, judged);
        return blocking.Count > 0 ? WithBlocked(finding, blocking) : WithDoings(finding, judged);
    }

    private static bool IsPooled(Finding finding) =>
        finding.Verdict == Verdict.EofNotRead && finding.Listener is null && finding.Origin.Role is SiteRole.Connect or SiteRole.Existed && finding.Plateau.IsPlateau;

    private static Finding WithBlocked(Finding finding, List<BlockedThreads.Judged> blocking)
    {
        List<Evidence> evidence = [];
        foreach (BlockedThreads.Judged blocked in blocking.Take(MostLines))
            evidence.Add(new Evidence(EvidenceKind.Observed, ThreadText.Describe(blocked.Thread, blocked.Doing)));
        if (blocking.Count > MostLines)
            evidence.Add(new Evidence(EvidenceKind.Observed, Counts.Text($"{blocking.Count - MostLines} more {(blocking.Count - MostLines == 1 ? "thread is" : "threads are")} blocked")));
        ThreadFacts first = blocking[0].Thread;
        string line = ThreadText.Line(first);
        string place = line.Length > 0 ? line : first.Syscall;
        string verb = blocking[0].Doing == ThreadDoing.Stopped ? "stopped" : "blocked";
        return finding with
        {
            IsOwnerBlocked = true,
            Severity = finding.Severity > Severity.Warning ? finding.Severity : Severity.Warning,
            Headline = Counts.Text($"{finding.Headline}; thread {first.Tid} is {verb}{(place.Length == 0 ? "" : " in " + place)}"),
            Evidence = [.. evidence, .. finding.Evidence],
            Advice = [AdviceFor(blocking[0], line), .. finding.Advice],
            Code = line.Length == 0 ? finding.Code : new Site(SiteRole.Blocked, line, BlockedThreads.ActorOf(first, finding)),
        };
    }

    private static string AdviceFor(BlockedThreads.Judged blocked, string line)
    {
        if (blocked.Doing == ThreadDoing.Stopped)
            return Counts.Text($"Let it run: detach the debugger, or kill -CONT {blocked.Thread.Pid}.");
        string call = line.Length == 0 ? blocked.Thread.Syscall : line;
        return $"Give the call in {call} a timeout, or make it in a thread that serves nobody else.";
    }

    private static Finding WithDoings(Finding finding, List<BlockedThreads.Judged> judged)
    {
        List<Evidence> evidence = [.. finding.Evidence.Where(line => line.Kind != EvidenceKind.Unknown)];
        BlockedThreads.Judged busy = judged.Find(thread => thread.Doing == ThreadDoing.Runs && (thread.IsSuspect || judged.Count == 1));
        if (busy.Thread is not null)
            evidence.Add(new Evidence(EvidenceKind.Observed, ThreadText.Describe(busy.Thread, busy.Doing)));
        string summary = ThreadText.Summarize([.. judged.Select(thread => thread.Thread)], finding.Owner.Processes.Count);
        bool areAllAtRest = judged.TrueForAll(thread => thread.Doing == ThreadDoing.Rests && !thread.Thread.Syscall.StartsWith("accept", StringComparison.Ordinal));
        if (areAllAtRest)
            evidence.Add(new Evidence(EvidenceKind.Inferred, $"{summary}: the event loop is idle and does not watch {Sockets(finding)}"));
        else if (busy.Thread is null || judged.Count > 1)
            evidence.Add(new Evidence(EvidenceKind.Observed, summary));
        evidence.AddRange(finding.Evidence.Where(line => line.Kind == EvidenceKind.Unknown));
        string running = busy.Thread is null ? "" : ThreadText.Line(busy.Thread);
        return finding with
        {
            Evidence = evidence,
            Code = finding.Code ?? (running.Length == 0 ? null : new Site(SiteRole.Blocked, running, BlockedThreads.ActorOf(busy.Thread!, finding))),
        };
    }

    private static string Sockets(Finding finding) => finding.Verdict == Verdict.NeverAccepted ? "its listener" : "these sockets";
}
