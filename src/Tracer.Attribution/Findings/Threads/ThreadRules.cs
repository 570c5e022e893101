// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Attribution.Findings.Threads;

/// <summary>Tells threads that rest from those that are blocked.</summary>
internal static class ThreadRules
{
    /// <param name="thread">As it was found.</param>
    /// <param name="listener">Of the sockets; null: none.</param>
    /// <param name="isSuspect">This very thread accepted or used the sockets.</param>
    public static ThreadDoing Judge(ThreadFacts thread, ListenerFacts? listener, bool isSuspect)
    {
        switch (thread.State)
        {
            case "stopped" or "traced":
                return ThreadDoing.Stopped;
            case "running":
                return ThreadDoing.Runs;
            case "disk sleep":
                return ThreadDoing.Blocked;
            case "zombie" or "idle":
                return ThreadDoing.Unknown;
            default:
                return JudgeCall(thread, listener, isSuspect);
        }
    }

    private static ThreadDoing JudgeCall(ThreadFacts thread, ListenerFacts? listener, bool isSuspect)
    {
        switch (thread.Syscall)
        {
            case "epoll_wait" or "epoll_pwait" or "epoll_pwait2" or "io_uring_enter":
                return ThreadDoing.Rests;
            case "poll" or "ppoll" or "select" or "pselect6":
                return IsOneConnection(thread.SyscallTarget) || FrameMarks.IsClientCall(thread) ? ThreadDoing.Blocked : ThreadDoing.Rests;
            case "accept" or "accept4":
                // Other listeners have threads of their own; the one that accepted from this listener should be here.
                return isSuspect && IsOtherListener(thread.SyscallTarget, listener) ? ThreadDoing.Blocked : ThreadDoing.Rests;
            case "futex":
                return JudgeFutex(thread, isSuspect);
            case "connect" or "recvfrom" or "recvmsg" or "recvmmsg" or "sendto" or "sendmsg" or "sendmmsg":
                return IsLocalChannel(thread.SyscallTarget) ? ThreadDoing.Waits : ThreadDoing.Blocked;
            case "read" or "readv" or "pread64" or "preadv" or "write" or "writev" or "pwrite64" or "sendfile" or "splice":
                return IsWorthBlocking(thread.SyscallTarget) ? ThreadDoing.Blocked : ThreadDoing.Waits;
            case "flock" or "fcntl" or "semop" or "semtimedop" or "fsync" or "fdatasync" or "msync" or "open" or "openat" or "stat" or "newfstatat" or "statx":
                return FrameMarks.IsIdleWait(thread) ? ThreadDoing.Idle : ThreadDoing.Blocked;
            default:
                return thread.Syscall.Length == 0 ? ThreadDoing.Unknown : ThreadDoing.Waits;
        }
    }

    // A futex is a lock, a queue, a condition, or the rest of a pool's worker: only the stack tells.
    private static ThreadDoing JudgeFutex(ThreadFacts thread, bool isSuspect)
    {
        if (FrameMarks.IsIdleWait(thread))
            return ThreadDoing.Idle;
        return FrameMarks.IsLock(thread) || (isSuspect && thread.UserFrame is not null) ? ThreadDoing.Blocked : ThreadDoing.Idle;
    }

    // "tcp listening 0.0.0.0:80"
    private static bool IsOtherListener(string target, ListenerFacts? listener) =>
        target.Length > 0 && listener is { LocalPort: not 0 }
        && !target.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{listener.LocalPort}"), StringComparison.Ordinal);

    // A program that has only one thing to wait for, and that with a timeout, is no event loop. "tcp 10.0.0.1:40122 -> 10.0.0.2:3306 ESTABLISHED and 7 more" is one.
    private static bool IsOneConnection(string target) =>
        target.StartsWith("tcp ", StringComparison.Ordinal) && target.Contains(" -> ", StringComparison.Ordinal)
        && !target.EndsWith(" more", StringComparison.Ordinal);

    // Masters and workers of one service tell each other over these.
    private static bool IsLocalChannel(string target) => target.StartsWith("unix", StringComparison.Ordinal);

    // A network connection or a file; not a pipe, an eventfd, a terminal.
    private static bool IsWorthBlocking(string target) =>
        target.StartsWith("tcp", StringComparison.Ordinal) || target.StartsWith("udp", StringComparison.Ordinal)
        || (target.StartsWith('/') && !target.StartsWith("/dev/", StringComparison.Ordinal));
}
