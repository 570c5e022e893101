// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Threads;

/// <summary>Functions on a stack that tell why a thread waits where its system call does not.</summary>
internal static class FrameMarks
{
    // A call that waits for one answer with poll(), because it has a timeout: no event loop.
    private static readonly string[] ClientCalls =
    [
        "recv", "recv_into", "recvfrom", "readinto", "getresponse", "urlopen", "sendall", "do_handshake", "create_connection", "getaddrinfo",
        "SSL_read", "SSL_write", "SSL_connect", "curl_easy_perform", "curl_exec", "PQexec", "PQgetResult", "PQconnectPoll", "fsockopen", "pfsockopen",
        "timedRead", "implRead", "socketRead", "socketRead0", "timedFinishConnect", "implConnect", "redisGetReply", "redisCommand",
    ];

    private static readonly string[] ClientCallPrefixes = ["mysql_", "mysqlnd_", "php_stream_", "_php_stream_", "sock_recv", "sock_call", "__res_context_", "__nss_"];

    private static readonly string[] Locks =
    [
        "pthread_mutex_lock", "__pthread_mutex_lock", "___pthread_mutex_lock", "__lll_lock_wait", "__GI___lll_lock_wait", "lll_mutex_lock_optimized",
        "pthread_rwlock_rdlock", "pthread_rwlock_wrlock", "__pthread_rwlock_rdlock", "__pthread_rwlock_wrlock", "lock", "lockInterruptibly",
        "enter", "countUpOrAwait", "tryAcquireSharedNanos",
    ];

    private static readonly string[] IdleWaits =
    [
        // Java: ThreadPoolExecutor, ForkJoinPool, queues. Go: a thread without a goroutine. Python: ThreadPoolExecutor. Apache: one worker accepts at a time.
        "getTask", "awaitWork", "take", "waitForReferencePendingList",
        "stopm", "mPark", "notesleep", "notetsleepg", "findRunnable",
        "_worker", "simplequeue_get",
        "accept_mutex_on", "proc_mutex_pthread_acquire", "proc_mutex_sysv_acquire", "proc_mutex_posix_acquire", "proc_mutex_fcntl_acquire",
    ];

    public static bool IsClientCall(ThreadFacts thread) => Any(thread, name =>
        ClientCalls.Contains(name) || Array.Exists(ClientCallPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

    public static bool IsLock(ThreadFacts thread) => Any(thread, Locks.Contains);

    public static bool IsIdleWait(ThreadFacts thread) => Any(thread, IdleWaits.Contains);

    /// <summary>The function without its class, package, arguments and signature.</summary>
    internal static string BareName(string function)
    {
        int end = function.IndexOf('(', StringComparison.Ordinal);
        // Go writes receivers in parentheses: main.(*Server).serve
        string name = end > 0 && function[end - 1] != '.' ? function[..end] : function;
        return name[(name.LastIndexOfAny(['.', ':', '/', '#']) + 1)..];
    }

    private static bool Any(ThreadFacts thread, Func<string, bool> isMark)
    {
        foreach (StackFrame frame in thread.Frames)
        {
            if (isMark(BareName(frame.Function)))
                return true;
        }
        return false;
    }
}
