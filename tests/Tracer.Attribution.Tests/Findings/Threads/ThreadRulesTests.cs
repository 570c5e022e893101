// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Threads;

namespace Tracer.Attribution.Tests.Findings.Threads;

public sealed class ThreadRulesTests
{
    private static readonly ListenerFacts Listening = new() { Cookie = 1, LocalAddress = Conn.Address("0.0.0.0"), LocalPort = 8080 };

    [Theory]
    [InlineData("epoll_wait", "eventpoll")]
    [InlineData("epoll_pwait2", "")]
    [InlineData("io_uring_enter", "")]
    [InlineData("poll", "tcp listening 0.0.0.0:8080 and 3 more")]
    [InlineData("poll", "tcp 10.0.0.1:40122 -> 10.0.0.2:3306 ESTABLISHED and 7 more")]
    [InlineData("select", "")]
    [InlineData("accept4", "tcp listening 0.0.0.0:8080")]
    public void A_loop_rests_in_its_wait(string syscall, string target) => Assert.Equal(ThreadDoing.Rests, Judge(syscall, target, isSuspect: true));

    [Theory]
    [InlineData("recvfrom", "tcp 10.0.0.1:40122 -> 10.0.0.2:9000 ESTABLISHED")]
    [InlineData("recvfrom", "")]
    [InlineData("connect", "tcp 10.0.0.1:40122 -> 10.0.0.2:9000 SYN_SENT")]
    [InlineData("read", "tcp 10.0.0.1:40122 -> 10.0.0.2:9000 ESTABLISHED")]
    [InlineData("write", "/mnt/nfs/log")]
    [InlineData("flock", "/var/lock/x")]
    [InlineData("poll", "tcp 10.0.0.1:40122 -> 10.0.0.2:9000 ESTABLISHED")]
    public void Waiting_for_one_thing_is_blocked(string syscall, string target) => Assert.Equal(ThreadDoing.Blocked, Judge(syscall, target));

    [Theory]
    [InlineData("read", "pipe")]
    [InlineData("read", "eventfd")]
    [InlineData("read", "/dev/pts/0")]
    [InlineData("read", "")]
    [InlineData("recvmsg", "unix /run/workers")]
    [InlineData("wait4", "")]
    [InlineData("clock_nanosleep", "")]
    [InlineData("rt_sigsuspend", "")]
    public void Masters_and_timers_wait(string syscall, string target) => Assert.Equal(ThreadDoing.Waits, Judge(syscall, target));

    [Theory]
    [InlineData("running", "recvfrom", 6)]
    [InlineData("disk sleep", "", 4)]
    [InlineData("stopped", "epoll_wait", 5)]
    [InlineData("traced", "recvfrom", 5)]
    [InlineData("zombie", "recvfrom", 0)]
    [InlineData("sleeping", "", 0)]
    public void The_state_says_more_than_the_call(string state, string syscall, int expected) =>
        Assert.Equal((ThreadDoing)expected, ThreadRules.Judge(new ThreadFacts(1, 1, "x") { State = state, Syscall = syscall }, Listening, isSuspect: false));

    [Theory]
    [InlineData("accept4", "tcp listening 0.0.0.0:9090", true, 4)]
    [InlineData("accept4", "tcp listening 0.0.0.0:9090", false, 1)]
    [InlineData("accept4", "", true, 1)]
    [InlineData("accept", "tcp listening 127.0.0.1:18080", true, 4)]
    public void The_acceptor_should_be_at_its_own_listener(string syscall, string target, bool isSuspect, int expected) =>
        Assert.Equal((ThreadDoing)expected, Judge(syscall, target, isSuspect));

    [Theory]
    [InlineData(false, 2, "futex_wait", "__pthread_cond_wait")]
    [InlineData(false, 4, "futex_wait", "__pthread_mutex_lock", "on_request app.c:5")]
    [InlineData(false, 4, "futex", "jdk.internal.misc.Unsafe.park", "java.util.concurrent.locks.ReentrantLock.lock", "com.acme.Cache.get Cache.java:9")]
    [InlineData(true, 4, "futex", "jdk.internal.misc.Unsafe.park", "org.apache.tomcat.util.threads.LimitLatch.countUpOrAwait")]
    [InlineData(true, 2, "futex", "Unsafe.park", "java.util.concurrent.LinkedBlockingQueue.take", "java.util.concurrent.ThreadPoolExecutor.getTask", "run App.java:1")]
    [InlineData(true, 2, "runtime.futexsleep", "runtime.notesleep", "runtime.mPark", "runtime.stopm", "main.serve main.go:3")]
    [InlineData(true, 4, "futex_wait", "wait_for_answer", "on_request app.c:5")]
    [InlineData(false, 2, "futex_wait", "wait_for_answer", "on_request app.c:5")]
    [InlineData(true, 2, "futex_wait", "pthread_mutex_lock", "proc_mutex_pthread_acquire", "accept_mutex_on", "child_main prefork.c:500")]
    public void Of_a_futex_the_stack_tells(bool isSuspect, int expected, params string[] frames) =>
        Assert.Equal((ThreadDoing)expected, Judge("futex", "", isSuspect, frames));

    [Theory]
    [InlineData("poll", "recv", "urlopen", "handle handler.py:23")]
    [InlineData("ppoll", "Curl_poll", "curl_easy_perform", "Shop::price shop.php:9")]
    [InlineData("poll", "sun.nio.ch.Net.poll", "sun.nio.ch.NioSocketImpl.timedRead", "com.acme.A.b A.java:1")]
    public void A_client_call_with_a_timeout_is_no_loop(string syscall, params string[] frames) =>
        Assert.Equal(ThreadDoing.Blocked, Judge(syscall, "", frames: frames));

    [Fact]
    public void Waiting_for_the_turn_to_accept_is_idle() =>
        Assert.Equal(ThreadDoing.Idle, Judge("semop", "", isSuspect: true, "semop", "proc_mutex_sysv_acquire", "child_main prefork.c:500"));

    [Theory]
    [InlineData("recv", "recv")]
    [InlineData("java.util.concurrent.LinkedBlockingQueue.take", "take")]
    [InlineData("main.(*Server).serve", "serve")]
    [InlineData("Conn::on_readable(int, char const*)", "on_readable")]
    [InlineData("net/http.(*conn).serve", "serve")]
    [InlineData("", "")]
    [InlineData("(anonymous)", "(anonymous)")]
    public void A_name_is_compared_without_its_surroundings(string function, string expected) => Assert.Equal(expected, FrameMarks.BareName(function));

    private static ThreadDoing Judge(string syscall, string target, bool isSuspect = false, params string[] frames)
    {
        StackFrame[] stack = [.. frames.Select(Names.Frame)];
        int user = Array.FindIndex(stack, frame => frame.Line > 0);
        ThreadFacts thread = new(1, 1, "x") { State = "sleeping", Syscall = syscall, SyscallTarget = target, Frames = stack, UserFrame = user < 0 ? null : user };
        return ThreadRules.Judge(thread, Listening, isSuspect);
    }
}
