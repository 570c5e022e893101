// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Origins;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Whose doings now would explain why sockets are not accepted or not read.</summary>
internal static class SuspectRules
{
    private const int MostThreads = 8;
    private const int MostProcesses = 16;

    /// <summary>Threads first, then processes as actors without a thread.</summary>
    public static List<TcpActor> Find(SocketGroup group) => group.Verdict switch
    {
        Verdict.NeverAccepted => [.. Acceptors(group), .. Processes(group)],
        Verdict.EofNotRead => [.. Users(group), .. Processes(group)],
        _ => [],
    };

    private static IEnumerable<TcpActor> Acceptors(SocketGroup group) =>
        group.Listeners.All
            .OrderByDescending(listener => listener.Sockets)
            .Where(listener => TcpFacts.Holds(listener.Facts.Holders, ProcessKey.Of(listener.Facts.LastAccept)))
            .Select(listener => listener.Facts.LastAccept)
            .Take(MostThreads);

    // Readers before those who only opened; a thread is asked once.
    private static IEnumerable<TcpActor> Users(SocketGroup group)
    {
        HashSet<ProcessKey> holders = [.. group.Processes().Processes];
        return group.LastRead.Threads().Concat(group.Opened.Threads())
            .Where(actor => holders.Contains(ProcessKey.Of(in actor)))
            .DistinctBy(actor => (actor.Pid, actor.Tid))
            .Take(MostThreads);
    }

    private static IEnumerable<TcpActor> Processes(SocketGroup group) =>
        group.Processes().BySockets().Take(MostProcesses).Select(process => new TcpActor
        {
            Pid = process.Process.Pid,
            StartBoottimeNs = process.Process.StartBoottimeNs,
            Comm = process.Comm,
        });
}
