// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Attribution.Findings.Texts;

namespace Tracer.Attribution.Findings.Threads;

/// <summary>What threads do, in sentences.</summary>
internal static class ThreadText
{
    private const int MostKinds = 4;

    /// <summary>The line of code it is in; empty: not known.</summary>
    public static string Line(ThreadFacts thread) => CodeText.LineToShow(thread.Frames, thread.UserFrame);

    /// <summary>thread 4711 (python3) is blocked now in recvfrom on fd 9 (tcp ... ESTABLISHED): query (handler.py:23) -> urlopen -> recv</summary>
    public static string Describe(ThreadFacts thread, ThreadDoing doing)
    {
        string who = Counts.Text($"thread {thread.Tid} ({thread.Comm})");
        string text = doing switch
        {
            ThreadDoing.Stopped => $"{who} is stopped: a debugger or a SIGSTOP holds it",
            ThreadDoing.Runs => $"{who} is on a CPU now",
            _ when thread.State == "disk sleep" => $"{who} waits for a disk or a file system now{Call(thread)}",
            ThreadDoing.Waits => $"{who} waits now{Call(thread)}",
            _ => $"{who} is blocked now{Call(thread)}",
        };
        string path = Path(thread);
        if (path.Length > 0)
            return $"{text}: {path}";
        return thread.Limitation.Length == 0 ? text : $"{text} (no stack: {thread.Limitation})";
    }

    /// <summary>all 4 threads wait in epoll_wait; or: 5 threads: 4 in futex, 1 in epoll_wait</summary>
    /// <param name="threads">Those that were looked at.</param>
    /// <param name="processes">How many the owner has.</param>
    public static string Summarize(IReadOnlyList<ThreadFacts> threads, int processes)
    {
        int seen = threads.DistinctBy(thread => thread.Pid).Count();
        return seen < processes ? Counts.Text($"{seen} of {processes} processes looked at: {Summarize(threads)}") : Summarize(threads);
    }

    private static string Summarize(IReadOnlyList<ThreadFacts> threads)
    {
        (string Place, int Count)[] kinds = [.. threads.GroupBy(Place).Select(kind => (kind.Key, kind.Count())).OrderByDescending(kind => kind.Item2).ThenBy(kind => kind.Key, StringComparer.Ordinal)];
        if (kinds.Length == 1)
        {
            bool runs = kinds[0].Place == "running";
            return threads.Count switch
            {
                1 => $"its only thread {(runs ? "runs" : "waits in " + kinds[0].Place)}",
                2 => $"both threads {(runs ? "run" : "wait in " + kinds[0].Place)}",
                _ => Counts.Text($"all {threads.Count} threads {(runs ? "run" : "wait in " + kinds[0].Place)}"),
            };
        }
        IEnumerable<string> parts = kinds.Take(MostKinds).Select(kind => Counts.Text($"{kind.Count} in {kind.Place}"));
        int others = kinds.Skip(MostKinds).Sum(kind => kind.Count);
        return Counts.Text($"{threads.Count} threads: {string.Join(", ", parts)}{(others == 0 ? "" : $", {others} elsewhere")}");
    }

    private static string Place(ThreadFacts thread)
    {
        if (thread.Syscall.Length > 0)
            return thread.Syscall;
        return thread.State.Length > 0 ? thread.State : "a place not known";
    }

    private static string Call(ThreadFacts thread)
    {
        if (thread.Syscall.Length == 0)
            return thread.WaitChannel.Length == 0 ? "" : $" in {thread.WaitChannel}";
        string fd = thread.SyscallFd is { } number ? string.Create(CultureInfo.InvariantCulture, $" on fd {number}") : "";
        string target = thread.SyscallTarget.Length == 0 ? "" : $" ({thread.SyscallTarget})";
        return $" in {thread.Syscall}{fd}{target}";
    }

    // From the program's own line inward: what it called, and where that ended.
    private static string Path(ThreadFacts thread)
    {
        string line = Line(thread);
        if (line.Length == 0 || thread.UserFrame is not { } user || user <= 0 || user >= thread.Frames.Count)
            return line;
        List<string> path = [line];
        foreach (int index in new[] { user - 1, 0 })
        {
            StackFrame frame = thread.Frames[index];
            string name = FrameMarks.BareName(frame.Function);
            if (name.Length > 0 && frame.Kind != CodeKind.Stub && path[^1] != name)
                path.Add(name);
        }
        return string.Join(" -> ", path);
    }
}
