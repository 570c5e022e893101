// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Findings.Threads;

public sealed class ThreadEvidenceTests
{
    private const string Upstream = "tcp 10.0.0.1:40122 -> 10.0.0.2:9000 ESTABLISHED";

    private static readonly ProcessKey Server = new(50, 7_000_000);
    private static readonly Evidence Unread = new(EvidenceKind.Observed, "5 of 5 sockets: nobody has read since the FIN");
    private static readonly Evidence Open = new(EvidenceKind.Unknown, "not known yet");

    [Fact]
    public void An_event_loop_at_rest_does_not_watch_the_sockets()
    {
        Finding finding = With(Finding(Verdict.EofNotRead), [.. Enumerable.Range(50, 4).Select(tid => Thread((uint)tid, "epoll_wait"))]);
        Assert.Equal(
            [Unread, new Evidence(EvidenceKind.Inferred, "all 4 threads wait in epoll_wait: the event loop is idle and does not watch these sockets"), Open], finding.Evidence);
        Assert.Equal((false, Severity.Notice, 4), (finding.IsOwnerBlocked, finding.Severity, finding.Threads.Count));
    }

    [Fact]
    public void An_event_loop_at_rest_does_not_watch_its_listener() =>
        Assert.Contains(
            new Evidence(EvidenceKind.Inferred, "its only thread waits in epoll_wait: the event loop is idle and does not watch its listener"),
            With(Finding(Verdict.NeverAccepted), Thread(50, "epoll_wait")).Evidence);

    [Fact]
    public void Processes_that_were_not_looked_at_are_counted()
    {
        Finding workers = Finding(Verdict.EofNotRead) with { Owner = Owner([.. Enumerable.Range(50, 5).Select(pid => new OwnerProcess(new ProcessKey((uint)pid, 1), "apache2", "", 1))]) };
        Finding finding = With(workers, [.. Enumerable.Range(50, 4).Select(pid => Thread((uint)pid, "accept4") with { Pid = (uint)pid })]);
        Assert.Contains(new Evidence(EvidenceKind.Observed, "4 of 5 processes looked at: all 4 threads wait in accept4"), finding.Evidence);
    }

    [Fact]
    public void The_suspect_counts_though_others_rest()
    {
        Finding finding = With(Finding(Verdict.NeverAccepted, suspects: [51]), Thread(50, "epoll_wait"), Blocked(51), Thread(52, "futex"));
        Assert.Equal((true, Severity.Warning, SiteRole.Blocked, 51u), (finding.IsOwnerBlocked, finding.Severity, finding.Code!.Role, finding.Code.Actor.Tid));
        Assert.StartsWith("thread 51 (server) is blocked now in recvfrom on fd 9", finding.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Equal("Give the call in query (handler.py:23) a timeout, or make it in a thread that serves nobody else.", finding.Advice[0]);
    }

    [Fact]
    public void Somebody_else_counts_only_if_nobody_of_the_process_rests()
    {
        Finding resting = With(Finding(Verdict.NeverAccepted), Thread(50, "epoll_wait"), Blocked(51));
        Assert.False(resting.IsOwnerBlocked);
        Assert.Contains(new Evidence(EvidenceKind.Observed, "2 threads: 1 in epoll_wait, 1 in recvfrom"), resting.Evidence);
        Assert.True(With(Finding(Verdict.NeverAccepted), Thread(50, "futex"), Blocked(51)).IsOwnerBlocked);
    }

    [Fact]
    public void Suspects_come_first()
    {
        Finding finding = With(Finding(Verdict.NeverAccepted, suspects: [53]), Blocked(51), Blocked(52), Blocked(53), Blocked(54), Blocked(55));
        Assert.StartsWith("thread 53 ", finding.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Equal("2 more threads are blocked", finding.Evidence[3].Text);
        Assert.EndsWith("; thread 53 is blocked in query (handler.py:23)", finding.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void A_critical_finding_stays_critical() =>
        Assert.Equal(Severity.Critical, With(Finding(Verdict.NeverAccepted) with { Severity = Severity.Critical }, Blocked(50)).Severity);

    [Fact]
    public void A_pooled_connection_is_not_explained_by_what_its_owner_does_meanwhile()
    {
        Finding pooled = Finding(Verdict.EofNotRead, suspects: [50]) with
        {
            Origin = new Site(SiteRole.Connect, "fetch (client.py:5)", default),
            Code = new Site(SiteRole.Connect, "fetch (client.py:5)", default),
            Plateau = new IdlePlateau(65 * Story.Second, 0, 5, 5, true),
        };
        Finding finding = With(pooled, Blocked(50));
        Assert.Equal((false, SiteRole.Connect), (finding.IsOwnerBlocked, finding.Code!.Role));
        Assert.True(With(pooled with { Plateau = default }, Blocked(50)).IsOwnerBlocked);
    }

    [Fact]
    public void A_worker_caught_at_work_does_not_explain_the_sockets_of_the_others()
    {
        Finding shared = Finding(Verdict.EofNotRead) with
        {
            Owner = Owner(new OwnerProcess(Server, "server", "", 10), new OwnerProcess(new ProcessKey(60, 1), "server", "", 90)),
        };
        ThreadFacts other = Thread(60, "epoll_wait") with { Pid = 60 };
        Assert.False(With(shared, Blocked(50), other).IsOwnerBlocked);
        Assert.True(With(shared, Thread(50, "epoll_wait"), Blocked(60) with { Pid = 60 }).IsOwnerBlocked);
    }

    [Fact]
    public void One_of_many_users_does_not_explain_the_sockets_of_all()
    {
        Finding finding = Finding(Verdict.EofNotRead, suspects: [51, 52, 53]);
        Assert.False(With(finding, Blocked(51), Thread(52, "futex"), Thread(53, "futex")).IsOwnerBlocked);
        Assert.True(With(finding, Blocked(51), Blocked(52), Thread(53, "futex")).IsOwnerBlocked);
    }

    [Fact]
    public void Of_many_threads_one_that_rests_may_not_have_been_seen()
    {
        ThreadFacts[] many = [.. Enumerable.Range(100, 40).Select(tid => Blocked((uint)tid))];
        Assert.False(With(Finding(Verdict.NeverAccepted), many).IsOwnerBlocked);
        Assert.True(With(Finding(Verdict.NeverAccepted, suspects: [105]), many).IsOwnerBlocked);
    }

    [Fact]
    public void A_sleeping_thread_counts_if_it_is_the_suspect_or_alone()
    {
        Assert.True(With(Finding(Verdict.NeverAccepted, suspects: [50]), Thread(50, "clock_nanosleep"), Thread(51, "futex")).IsOwnerBlocked);
        Finding alone = With(Finding(Verdict.NeverAccepted), Thread(50, "clock_nanosleep"));
        Assert.Equal((true, "thread 50 (server) waits now in clock_nanosleep"), (alone.IsOwnerBlocked, alone.Evidence[0].Text));
        Assert.False(With(Finding(Verdict.NeverAccepted), Thread(50, "wait4"), Thread(60, "epoll_wait") with { Pid = 60 }).IsOwnerBlocked);
    }

    [Fact]
    public void A_stopped_process_is_let_run()
    {
        Finding finding = With(Finding(Verdict.EofNotRead), Thread(50, "") with { State = "stopped" });
        Assert.Equal("thread 50 (server) is stopped: a debugger or a SIGSTOP holds it", finding.Evidence[0].Text);
        Assert.Equal("Let it run: detach the debugger, or kill -CONT 50.", finding.Advice[0]);
        Assert.EndsWith("; thread 50 is stopped", finding.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_thread_is_named_and_not_called_blocked()
    {
        Finding finding = With(Finding(Verdict.NeverAccepted, suspects: [50]), Blocked(50) with { State = "running", Syscall = "", SyscallFd = null, SyscallTarget = "" });
        Assert.Equal((false, "query (handler.py:23)"), (finding.IsOwnerBlocked, finding.Code!.Label));
        Assert.Contains(new Evidence(EvidenceKind.Observed, "thread 50 (server) is on a CPU now: query (handler.py:23) -> urlopen -> recv"), finding.Evidence);
    }

    [Fact]
    public void Without_a_stack_the_reason_is_told_and_the_code_stays()
    {
        ThreadFacts hidden = Thread(50, "recvfrom") with { SyscallFd = 9, SyscallTarget = Upstream, Limitation = "not permitted" };
        Finding finding = With(Finding(Verdict.NeverAccepted), hidden);
        Assert.Equal($"thread 50 (server) is blocked now in recvfrom on fd 9 ({Upstream}) (no stack: not permitted)", finding.Evidence[0].Text);
        Assert.Null(finding.Code);
        Assert.EndsWith("; thread 50 is blocked in recvfrom", finding.Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_does_not_answer_blocks() =>
        Assert.Equal(
            "thread 50 (server) waits for a disk or a file system now in nfs_wait_bit_killable",
            With(Finding(Verdict.EofNotRead), Thread(50, "") with { State = "disk sleep", WaitChannel = "nfs_wait_bit_killable" }).Evidence[0].Text);

    [Theory]
    [InlineData(Verdict.EofReadNotClosed)]
    [InlineData(Verdict.ResetButOpen)]
    public void Other_verdicts_need_no_thread(Verdict verdict)
    {
        Finding before = Finding(verdict);
        Finding after = With(before, Blocked(50));
        Assert.Equal((before.Evidence, before.Headline, false, 1), (after.Evidence, after.Headline, after.IsOwnerBlocked, after.Threads.Count));
    }

    [Fact]
    public void Nobody_looked_at_changes_nothing()
    {
        Finding before = Finding(Verdict.EofNotRead);
        Assert.Equal(before.Evidence, FindingGrouping.WithThreads(before, []).Evidence);
    }

    private static Finding With(Finding finding, params ThreadFacts[] threads) => FindingGrouping.WithThreads(finding, threads);

    private static ThreadFacts Thread(uint tid, string syscall) => new(50, tid, "server") { State = "sleeping", Syscall = syscall };

    private static ThreadFacts Blocked(uint tid) => Thread(tid, "recvfrom") with
    {
        SyscallFd = 9,
        SyscallTarget = Upstream,
        Frames = [Names.Frame("recv"), Names.Frame("urlopen"), Names.Frame("query handler.py:23")],
        UserFrame = 2,
    };

    private static Finding Finding(Verdict verdict, uint[]? suspects = null) => new()
    {
        Id = "0123456789abcdef",
        Verdict = verdict,
        Owner = Owner(new OwnerProcess(Server, "server", "", 5)),
        Origin = new Site(SiteRole.Listener, "listener 0.0.0.0:8080", default),
        Severity = Severity.Notice,
        Headline = "server(50): 5 connections",
        Evidence = [Unread, Open],
        Sockets = 5,
        Suspects = [.. (suspects ?? []).Select(tid => new TcpActor { Pid = 50, Tid = tid, StartBoottimeNs = 7_000_000 }), new TcpActor { Pid = 50, StartBoottimeNs = 7_000_000 }],
    };

    private static Owner Owner(params OwnerProcess[] processes) => new(Server, "server", "/srv/server", "", "", "", processes);
}
