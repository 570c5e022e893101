// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Output;

/// <summary>What threads do now, those that do the same in one row.</summary>
internal static class ThreadRows
{
    private const int RowLimit = 3;

    // Names do not count: each thread of a pool has its own.
    private readonly record struct Doing(string What, string Where);

    /// <summary>One thread that stands still: where in the kernel it waits.</summary>
    public static string Describe(ThreadState thread)
    {
        string call = thread.Syscall.Length == 0 ? "" : $" in {TargetText.Clean(thread.Syscall)}";
        string wait = thread.WaitChannel.Length == 0 ? "" : $", kernel {TargetText.Clean(thread.WaitChannel)}";
        return $"{Who([thread])} now, {State(thread)}{call}{wait}";
    }

    /// <summary>In the daemon's order: those that should serve the sockets come first.</summary>
    public static IEnumerable<string> Describe(IEnumerable<ThreadState> threads)
    {
        var groups = new OrderedDictionary<Doing, List<ThreadState>>();
        foreach (ThreadState thread in threads)
        {
            var doing = new Doing(What(thread), Where(thread));
            if (!groups.TryGetValue(doing, out List<ThreadState>? group))
                groups.Add(doing, group = []);
            group.Add(thread);
        }
        List<string> rows = [.. groups.Take(RowLimit).Select(group => $"{Who(group.Value)} {group.Key.What}{group.Key.Where}")];
        int left = groups.Skip(RowLimit).Sum(group => group.Value.Count);
        if (left > 0)
            rows.Add($"... {left} more {(left == 1 ? "thread" : "threads")}");
        return rows;
    }

    private static string Who(List<ThreadState> threads)
    {
        ThreadState first = threads[0];
        string task = first.Tid == first.Pid || first.Tid == 0 ? $"{first.Pid}" : $"{first.Pid}/{first.Tid}";
        string name = $"{SocketText.Name(first.Comm)}({task})";
        if (threads.Count == 1)
            return name;
        int processes = threads.DistinctBy(thread => thread.Pid).Count();
        return processes == 1 ? $"{name} and {threads.Count - 1} more of its threads" : $"{name} and {threads.Count - 1} more {(threads.Count == 2 ? "thread" : "threads")}";
    }

    // "sleeping in recvfrom on fd 7 (tcp 10.0.0.5:40122 -> 10.0.0.9:3306 ESTABLISHED)"
    private static string What(ThreadState thread)
    {
        string what = State(thread);
        if (thread.Syscall.Length > 0)
            what += $" in {TargetText.Clean(thread.Syscall)}";
        else if (thread.WaitChannel.Length > 0)
            what += $" in the kernel's {TargetText.Clean(thread.WaitChannel)}";
        if (thread.HasSyscallFd)
            what += $" on fd {thread.SyscallFd}";
        return thread.SyscallTarget.Length == 0 ? what : $"{what} ({TargetText.Clean(thread.SyscallTarget)})";
    }

    private static string State(ThreadState thread) => thread.State.Length == 0 ? "state not known" : TargetText.Clean(thread.State);

    private static string Where(ThreadState thread)
    {
        Frame? user = thread.HasUserFrame && thread.UserFrame < (uint)thread.Stack.Count ? thread.Stack[(int)thread.UserFrame] : null;
        if (user is not null)
            return $", at {StackText.ShortLine(user)}";
        Frame? named = thread.Stack.FirstOrDefault(frame => frame.Function.Length > 0 && !StackText.IsSystemLibrary(frame));
        if (named is not null)
            return $", at {StackText.ShortLine(named)}";
        return thread.Limitation.Length == 0 ? "" : $" (no stack: {TargetText.Clean(thread.Limitation)})";
    }
}
