// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>What is said of each verdict, word for word: people read it at 4 a.m.</summary>
public sealed class VerdictTextsTests
{
    private const ulong ConnectStack = 11;
    private const ulong ReadStack = 12;
    private const ulong AcceptStack = 13;

    private static readonly Proc Server = new(1200, "worker-thread-3");
    private static readonly Proc Child = new(1300, "logger");

    private readonly KnownNames _names = new KnownNames().Process(Server, "game-server").Process(Child, "logger")
        .Stack(ConnectStack, "main", "/src/Main.java", 88).Stack(ReadStack, "Conn::on_readable", "/src/server.cpp", 41)
        .Stack(AcceptStack, "accept_loop", "/src/server.py", 12, "GET /cart");

    private readonly Story _story = new();

    private Conn Accepted => new Conn(1).Origin(TcpOrigin.Accept, Server.At(_story.Now - 5 * Story.Second, stackId: AcceptStack));

    private Conn Pooled => new Conn(1).Direction(TcpDirection.Outbound).Remote("192.0.2.9", 6379)
        .Origin(TcpOrigin.Connect, Server.At(_story.Now - 70 * Story.Second, stackId: ConnectStack));

    [Fact]
    public void A_pooled_connection_that_the_peer_closed_for_idleness()
    {
        Conn conn = Pooled;
        (conn.State.Record.LastRead, conn.State.Record.LastReadResult) = (Server.At(_story.Now - 60 * Story.Second, stackId: ReadStack), 12);
        Enter(conn, idleNs: 60 * Story.Second).After(65 * Story.Second - 61 * Story.Millisecond);
        Says(
            "Observed: nobody has read it since the FIN 65.0 s ago: 1 byte unread, which is the FIN itself",
            "Observed: it was idle for 60.0 s before the FIN",
            "Inferred: the peer closed a connection that was kept and not used: its idle timeout",
            "Observed: it was last read 2 min 5 s ago by game-server(1200) in Conn::on_readable (server.cpp:41): 12 bytes",
            "Observed: it is held by game-server(1200) fd 5",
            "Observed: it was opened 2 min 15 s ago by game-server(1200): connect in main (Main.java:88)");
        Advises(
            "In a pool: set the longest idle time below the peer's, 60.0 s here; or test connections when they are taken out.",
            "Close or give back what is opened in main (Main.java:88) on every path, also after an error or an early return.",
            "Look at what the threads of game-server(1200) do now (closewait threads 1200): is the thread that should read it blocked?");
    }

    [Fact]
    public void A_connection_that_nobody_serves()
    {
        Conn conn = Accepted;
        conn.State.Event.UnreadBytes = 4097;
        Enter(conn, idleNs: 3 * Story.Millisecond).After(4 * Story.Second);
        Says(
            "Observed: nobody has read it since the FIN 4.1 s ago: 4097 bytes unread, the FIN counts as one of them",
            "Observed: it is held by game-server(1200) fd 5",
            "Observed: it was accepted 9.1 s ago by game-server(1200) in accept_loop (server.py:12), while serving GET /cart",
            "Observed: it was idle for 3 ms before the FIN");
        Advises(
            "Look at what the threads of game-server(1200) do now (closewait threads 1200): is the thread that should read it blocked?",
            "Read or close every connection that was accepted in accept_loop (server.py:12), on every path.",
            "Give connections a read timeout, so that one which nobody reads is closed.");
    }

    [Fact]
    public void A_connection_that_was_read_short_of_its_end()
    {
        Conn conn = Pooled;
        Enter(conn, idleNs: 3 * Story.Millisecond).After(4 * Story.Second);
        (conn.State.Record.LastRead, conn.State.Record.LastReadResult) = (Server.At(_story.Now), 100);
        _story.Apply(conn.Use(_story.Now));
        Says(
            "Observed: the end of the stream has not been read since the FIN 4.1 s ago: 1 byte unread, which is the FIN itself",
            "Observed: it was last read 0 ms ago by game-server(1200): 100 bytes",
            "Observed: it is held by game-server(1200) fd 5",
            "Observed: it was opened 74.1 s ago by game-server(1200): connect in main (Main.java:88)",
            "Observed: it was idle for 3 ms before the FIN");
        // The peer did not wait for it to be used: no pool is to blame.
        Advises(
            "Close or give back what is opened in main (Main.java:88) on every path, also after an error or an early return.",
            "Look at what the threads of game-server(1200) do now (closewait threads 1200): is the thread that should read it blocked?");
    }

    [Fact]
    public void An_end_that_was_read_and_not_answered_with_close()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).Apply(conn.EofReadBy(Server.At(_story.Now, stackId: ReadStack)).Use(_story.Now)).After(41 * Story.Second);
        Says(
            "Observed: the end of the stream was read 41.0 s ago by game-server(1200) in Conn::on_readable (server.cpp:41)",
            "Observed: it is still open, 41.1 s after the FIN",
            "Observed: it is held by game-server(1200) fd 5",
            "Observed: it was accepted 46.1 s ago by game-server(1200) in accept_loop (server.py:12), while serving GET /cart",
            "Observed: it was idle for 0 ms before the FIN");
        Advises(
            "Close the socket where the read returns 0 in Conn::on_readable (server.cpp:41).",
            "Look for an early return, an exception or a lost reference between that read and the close.");
    }

    [Fact]
    public void An_end_that_is_read_again_and_again()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).Apply(conn.EofReadBy(Server.At(_story.Now)).Use(_story.Now)).After(Story.Second);
        conn.State.Record.LastRead = Server.At(_story.Now, stackId: ReadStack);
        _story.Apply(conn.Use(_story.Now));
        Assert.Contains(Lines(), line => line == "Observed: it was read again after its end, last 0 ms ago by game-server(1200) in Conn::on_readable (server.cpp:41)");
        Assert.Contains("Stop reading there: a read that returned 0 returns 0 for ever.", Advice());
    }

    [Fact]
    public void A_copy_that_another_process_keeps()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).Apply(conn.EofReadBy(Server.At(_story.Now, stackId: ReadStack)).Use(_story.Now)).After(2 * Story.Second);
        _story.Scan([conn], rows => rows.Held(conn, Child, 6).Held(conn, Child, 7)).After(Story.Second);
        Says(
            "Observed: game-server(1200) read its end 3.0 s ago in Conn::on_readable (server.cpp:41), and has no descriptor of it any more",
            "Observed: it is held by logger(1300) with 2 descriptors",
            "Observed: it was accepted 8.1 s ago by game-server(1200) in accept_loop (server.py:12), while serving GET /cart",
            "Observed: it was idle for 0 ms before the FIN");
        Advises(
            "If logger(1300) inherited it by fork: open sockets close-on-exec (SOCK_CLOEXEC), and close in a child what it does not need.",
            "If game-server(1200) handed it over: logger(1300) must read it and close it.",
            "Until then, the end of logger(1300) closes it.");
    }

    [Fact]
    public void Many_holders_are_counted()
    {
        Conn conn = Accepted;
        _story.Apply(conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([conn], rows =>
        {
            for (uint pid = 1; pid <= 96; pid++)
                rows.Held(conn, new Proc(pid, "php"), pid + 10);
        });
        Assert.Contains("Observed: it is held by php(1) fd 11, php(2) fd 12, php(3) fd 13 and 93 more", Lines());
    }

    [Fact]
    public void A_half_close_that_is_in_use()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).After(3 * Story.Second);
        Send(conn, unsent: 0);
        Says(
            "Observed: data was sent after the FIN, last 0 ms ago",
            "Observed: the peer has acknowledged all of it",
            "Observed: it is held by game-server(1200) fd 5",
            "Observed: it was accepted 8.1 s ago by game-server(1200) in accept_loop (server.py:12), while serving GET /cart",
            "Observed: it was idle for 0 ms before the FIN");
        Advises("Nothing, while data flows.");
    }

    [Theory]
    [InlineData(1, "Observed: 900 bytes are not acknowledged yet")]
    [InlineData(12, "Observed: 900 bytes are not acknowledged, and the peer was last heard 12.0 s ago: it may be gone")]
    public void A_half_close_whose_peer_is_silent(ulong silentSeconds, string expected)
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).After(20 * Story.Second);
        conn.Silent(silentSeconds * Story.Second, 0);
        Send(conn, unsent: 900);
        TrackedSocket socket = _story.Last;
        Assert.Equal(silentSeconds > 10, VerdictRules.IsPeerSilent(in socket));
        Assert.Contains(expected, Lines());
        Assert.Equal(silentSeconds > 10, Advice()[0].Contains("TCP_USER_TIMEOUT", StringComparison.Ordinal));
    }

    [Fact]
    public void Sends_that_no_hook_saw_are_inferred()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).After(20 * Story.Second);
        _story.Apply(conn.Silent(Story.Second, Story.Second).Use(_story.Now));
        Assert.Equal("Inferred: data was sent after the FIN, last 1.0 s ago, by the ages of its last segments", Lines()[0]);
    }

    [Fact]
    public void A_connection_that_waits_in_a_full_queue()
    {
        Conn listener = Listener.On(100, "0.0.0.0", 8080, opener: Server.At(3)).WithQueue(129, 128);
        (listener.State.Record.LastRead, listener.State.Record.LastReadResult) = (Server.At(_story.Now - 39 * Story.Second, stackId: AcceptStack), -11);
        listener.State.Event.BytesReceived = 37;
        Conn conn = new Conn(2).InQueue().Through(100, Server.At(3));
        _story.Apply(conn.Enter(_story.Now)).After(Story.Second);
        _story.Scan([listener, conn], rows => rows.Held(listener, Server, 4).Queued(conn, listener)).After(Story.Second);
        Says(
            "Observed: never accepted: listener 0.0.0.0:8080, queue 129/128",
            "Observed: the FIN came 2.0 s ago: 1 byte unread, which is the FIN itself",
            "Observed: the listener has dropped 37 connections since it was opened",
            "Observed: the listener is held by game-server(1200) fd 4",
            "Observed: last accept on the listener 41.0 s ago by game-server(1200) in accept_loop (server.py:12), while serving GET /cart, and got none",
            "Observed: it was idle for 0 ms before the FIN");
        Advises(
            "Look at what the threads of game-server(1200) do now (closewait threads 1200): what does the thread that should accept wait for?",
            "Keep the accept loop in accept_loop (server.py:12) free of calls that can block: give them timeouts, or other threads.",
            "A longer backlog only hides it for longer.");
    }

    [Fact]
    public void A_connection_in_the_queue_of_a_listener_that_no_scan_has_found()
    {
        Conn conn = new Conn(2).InQueue().Through(100, Server.At(_story.Now - Story.Second));
        _story.Apply(conn.Enter(_story.Now));
        Says(
            "Observed: never accepted: listener not known",
            "Observed: the FIN came 0 ms ago: 1 byte unread, which is the FIN itself",
            "Observed: the listener was opened 1.0 s ago by game-server(1200)",
            "Observed: it was idle for 0 ms before the FIN",
            "Unknown: who accepts from the listener was not seen");
    }

    [Fact]
    public void A_connection_that_was_stuck_before_the_tracer_came()
    {
        Conn conn = new Conn(3).Direction(TcpDirection.Unknown).Silent(10 * Story.Second, 75 * Story.Second);
        conn.State.Event.NewState = TcpState.CloseWait;
        _story.Scan([conn], rows => rows.Held(conn, Server, 9));
        Says(
            "Observed: the end of the stream has not been read since the FIN at least 10.0 s ago: 1 byte unread, which is the FIN itself",
            "Observed: it is held by game-server(1200) fd 9",
            "Inferred: it was idle for about 65.0 s before the FIN, by the ages of its last segments",
            "Unknown: it existed before the tracer: who opened it is not known; only a longer watch can tell, when the next ones are opened");
        Advises(
            "In a pool: set the longest idle time below the peer's, 65.0 s here; or test connections when they are taken out.",
            "Close or give back what is opened on every path, also after an error or an early return.",
            "Look at what the threads of game-server(1200) do now (closewait threads 1200): is the thread that should read it blocked?");
        conn.State.Event.UnreadBytes = 0;
        _story.Scan([Listener.On(100, "::", 8080, family: 2), conn], rows => rows.Held(conn, Server, 9)).After(Story.Second);
        Says(
            "Observed: the end of the stream was read: nothing is unread, not even the FIN",
            "Observed: it is still open, at least 11.0 s after the FIN",
            "Observed: it is held by game-server(1200) fd 9",
            "Inferred: it came from listener [::]:8080",
            "Inferred: it was idle for about 65.0 s before the FIN, by the ages of its last segments",
            "Unknown: who read the end of the stream was not seen",
            "Unknown: it existed before the tracer: who opened it is not known; only a longer watch can tell, when the next ones are opened");
    }

    [Fact]
    public void A_connection_that_nobody_holds()
    {
        Conn conn = Accepted;
        _story.Apply(conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([conn]).After(Story.Second);
        Says(
            "Observed: no process had a descriptor of it 1.0 s ago",
            "Observed: the FIN came 1.1 s ago: 1 byte unread, which is the FIN itself",
            "Observed: it was accepted 6.1 s ago by game-server(1200) in accept_loop (server.py:12), while serving GET /cart",
            "Observed: it was idle for 0 ms before the FIN",
            "Unknown: who keeps it open: a message in flight between two processes, a program that uses io_uring, or the kernel itself");
        Assert.NotEmpty(Advice());
    }

    [Theory]
    [InlineData(104, "Observed: the peer reset the connection 1.0 s ago")]
    [InlineData(110, "Observed: keepalive or retransmission gave up 1.0 s ago: the peer no longer answered")]
    [InlineData(103, "Observed: the connection was destroyed 1.0 s ago, as by ss -K")]
    [InlineData(1, "Unknown: how it left CLOSE_WAIT, at most 1.0 s ago, was not seen")]
    public void A_descriptor_that_outlived_its_connection(byte error, string end)
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).Apply(conn.EofReadBy(Server.At(_story.Now, stackId: ReadStack)).Use(_story.Now));
        _story.Apply(conn.Fail(_story.Now, error)).After(Story.Second);
        Assert.Contains(end, Lines());
        Assert.Contains("Observed: the end of the stream was read 1.0 s ago by game-server(1200) in Conn::on_readable (server.cpp:41)", Lines());
        Assert.Contains("Observed: it is held by game-server(1200) fd 5", Lines());
        Assert.Equal("Close the socket where the read returns 0 in Conn::on_readable (server.cpp:41): the connection ended, the descriptor did not.", Advice()[0]);
    }

    [Fact]
    public void A_descriptor_that_was_shut_down_only()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0);
        conn.ShutDown(_story.Now, Server);
        conn.By(Server.At(_story.Now, stackId: ReadStack));
        _story.Apply(conn.State).After(Story.Second);
        Assert.Equal("Observed: it was shut down 1.0 s ago by game-server(1200) in Conn::on_readable (server.cpp:41), and not closed", Lines()[0]);
        Assert.Equal("Call close() after the shutdown() in Conn::on_readable (server.cpp:41): shutdown() ends the connection, not the descriptor.", Advice()[0]);
    }

    [Fact]
    public void What_was_closed_says_who_did_it_and_needs_no_advice()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).Apply(conn.Close(_story.Now, Server));
        Assert.Equal("Observed: it was closed 0 ms ago by game-server(1200)", Lines()[0]);
        Assert.DoesNotContain(Lines(), line => line.Contains("held by", StringComparison.Ordinal));
        Assert.Empty(Advice());
    }

    [Fact]
    public void A_first_user_is_taken_for_the_acceptor_and_says_so()
    {
        Conn conn = new Conn(1).Origin(TcpOrigin.Adopted, Server.At(_story.Now));
        _story.Apply(conn.Enter(_story.Now));
        Assert.Contains("Inferred: it was accepted by its first user, 0 ms ago: game-server(1200)", Lines());
        Assert.Contains("Unknown: who holds it is not known: descriptors have not been looked up yet", Lines());
    }

    [Fact]
    public void Holders_that_may_be_more_are_inferred()
    {
        Conn conn = Accepted;
        Enter(conn, idleNs: 0).After(Story.Second);
        _story.Apply(conn.EofReadBy(Child.At(_story.Now)).Use(_story.Now));
        Assert.Contains("Inferred: it is held by game-server(1200) fd 5, and maybe by others: the last scan, 1.0 s ago, may not show all of them", Lines());
        _story.Exits(Server);
        Assert.Contains("Unknown: who holds it is not known: there is no holder of the last scan any more; the next one tells", Lines());
    }

    [Fact]
    public void A_process_of_which_nothing_is_known_keeps_the_name_of_its_thread_made_safe()
    {
        Conn conn = new Conn(1).Origin(TcpOrigin.Connect, new Proc(77, "evil\u001b[2J").At(_story.Now)).Direction(TcpDirection.Outbound);
        _story.Apply(conn.Enter(_story.Now));
        Assert.Contains("Observed: it was opened 0 ms ago by evil\ufffd[2J(77): connect", Lines());
    }

    [Theory]
    [InlineData(Verdict.Unknown)]
    [InlineData(Verdict.NeverAccepted)]
    [InlineData(Verdict.EofNotRead)]
    [InlineData(Verdict.EofReadNotClosed)]
    [InlineData(Verdict.HeldElsewhere)]
    [InlineData(Verdict.HalfCloseInUse)]
    [InlineData(Verdict.ResetButOpen)]
    [InlineData(Verdict.ShutdownButOpen)]
    [InlineData(Verdict.SlowClose)]
    public void Each_verdict_has_its_innocent_reading(Verdict verdict)
    {
        Assert.NotEqual("", VerdictTexts.HarmlessWhen(verdict));
        Assert.All(Enum.GetValues<Verdict>().Where(other => other != verdict), other => Assert.NotEqual(VerdictTexts.HarmlessWhen(verdict), VerdictTexts.HarmlessWhen(other)));
        Assert.Equal("", VerdictTexts.HarmlessWhen(Verdict.None));
    }

    private Story Enter(Conn conn, ulong idleNs)
    {
        _story.Apply(conn.Enter(_story.Now, idleNs)).After(60 * Story.Millisecond);
        return _story.Scan([conn], rows => rows.Held(conn, Server, 5));
    }

    private void Send(Conn conn, uint unsent)
    {
        (conn.State.Record.LastSendKtimeNs, conn.State.Event.UnsentBytes) = (_story.Now, unsent);
        _story.Apply(conn.Use(_story.Now));
    }

    private void Says(params string[] lines) => Assert.Equal(lines, Lines());

    private void Advises(params string[] lines) => Assert.Equal(lines, Advice());

    private string[] Lines()
    {
        TrackedSocket socket = _story.Last;
        return [.. VerdictTexts.Explain(in socket, _names, _story.Now).Select(line => $"{line.Kind}: {line.Text}")];
    }

    private IReadOnlyList<string> Advice()
    {
        TrackedSocket socket = _story.Last;
        return VerdictTexts.Advise(in socket, _names);
    }
}
