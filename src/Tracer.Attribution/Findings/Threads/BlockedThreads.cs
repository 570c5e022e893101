// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Threads;

/// <summary>Which threads keep the owner of a finding from serving its sockets.</summary>
internal static class BlockedThreads
{
    private const int MostThreads = 32;

    internal readonly record struct Judged(ThreadFacts Thread, ThreadDoing Doing, bool IsSuspect);

    public static List<Judged> Judge(Finding finding, IReadOnlyList<ThreadFacts> threads)
    {
        HashSet<(uint, uint)> suspects = [.. finding.Suspects.Where(actor => actor.Tid != 0).Select(actor => (actor.Pid, actor.Tid))];
        return [.. threads.Select(thread =>
        {
            bool isSuspect = suspects.Contains((thread.Pid, thread.Tid));
            return new Judged(thread, ThreadRules.Judge(thread, finding.Listener, isSuspect), isSuspect);
        })];
    }

    /// <summary>Suspects first; empty: the owner is not blocked, as far as was seen.</summary>
    public static List<Judged> Find(Finding finding, List<Judged> threads)
    {
        List<Judged> blocking = [.. threads.Where(thread => IsBlocking(thread, threads)).OrderByDescending(thread => thread.IsSuspect)];
        return finding.Verdict == Verdict.NeverAccepted || HoldMost(finding, blocking, threads) ? blocking : [];
    }

    private static bool IsBlocking(Judged judged, List<Judged> threads)
    {
        bool isBlocked = judged.Doing is ThreadDoing.Blocked or ThreadDoing.Stopped;
        if (judged.IsSuspect)
            return isBlocked || judged.Doing == ThreadDoing.Waits;
        if (isBlocked)
            return !MayOtherServe(threads.FindAll(other => other.Thread.Pid == judged.Thread.Pid));
        return judged.Doing == ThreadDoing.Waits && threads.Count == 1;
    }

    // One that rests in a loop may be who serves them; of many threads, not all may have been looked at.
    private static bool MayOtherServe(List<Judged> threads) => threads.Count > MostThreads || threads.Exists(other => other.Doing == ThreadDoing.Rests);

    // A worker that is caught while it serves somebody else is no reason for the sockets of all the others.
    private static bool HoldMost(Finding finding, List<Judged> blocking, List<Judged> threads)
    {
        if (blocking.Count == 0)
            return false;
        HashSet<uint> seen = [.. threads.Select(thread => thread.Thread.Pid)];
        if (seen.Count == 1)
        {
            int suspects = threads.Count(thread => thread.IsSuspect);
            return suspects == 0 || blocking.Count(thread => thread.IsSuspect) * 2 >= suspects;
        }
        HashSet<uint> blocked = [.. blocking.Select(thread => thread.Thread.Pid)];
        ulong all = 0;
        ulong stuck = 0;
        foreach (OwnerProcess process in finding.Owner.Processes)
        {
            all += seen.Contains(process.Process.Pid) ? process.Sockets : 0;
            stuck += blocked.Contains(process.Process.Pid) ? process.Sockets : 0;
        }
        return stuck * 2 >= all;
    }

    /// <summary>The thread as the origin of a line of code.</summary>
    public static TcpActor ActorOf(ThreadFacts thread, Finding finding)
    {
        TcpActor known = finding.Suspects.FirstOrDefault(actor => actor.Pid == thread.Pid);
        return new TcpActor { Pid = thread.Pid, Tid = thread.Tid, StartBoottimeNs = known.StartBoottimeNs, Comm = known.Comm };
    }
}
