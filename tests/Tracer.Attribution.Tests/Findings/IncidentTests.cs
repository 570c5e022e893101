// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>The six incidents of the design, told to the ledger as the kernel would tell them.</summary>
public sealed class IncidentTests
{
    private readonly Scene _scene = new();

    [Fact]
    public void One_web_server_workers_keep_client_connections_that_the_upstream_has_closed()
    {
        Proc master = _scene.Names.Process(800, "apache2", "/usr/sbin/apache2", unit: "apache2.service");
        Proc[] workers = [.. Enumerable.Range(801, 4).Select(pid => _scene.Names.Process((uint)pid, "apache2", "/usr/sbin/apache2", master, "apache2.service"))];
        for (uint i = 0; i < 4; i++)
            _scene.Names.Stack(10 + i, "connect", "php_stream_xport_connect", "Pricing::open pricing.php:31", "main index.php:4");
        Conn[] conns = _scene.Enter(40, cookie => Outbound(cookie, "10.0.0.5", 8081, workers[cookie % 4].At(5, stackId: 10 + cookie % 4)), idleNs: 65 * Second);
        _scene.Scan(conns, i => workers[(i + 1) % 4]);
        Finding finding = _scene.After(70 * Second).Only();
        Assert.Equal(
            "apache2 (4 processes): 40 connections opened in Pricing::open (pricing.php:31): the peer closed after 65.0 s idle, nobody reads them", finding.Headline);
        Assert.Equal((Verdict.EofNotRead, Severity.Notice), (finding.Verdict, finding.Severity));
        Assert.Equal([801u, 802u, 803u, 804u], finding.Owner.Processes.Select(process => process.Process.Pid).Order());
        Assert.Equal((SiteRole.Connect, "Pricing::open (pricing.php:31)"), (finding.Code!.Role, finding.Code.Label));
        Scene.Says(finding, EvidenceKind.Observed, "40 of 40 sockets: nobody has read since the FIN");
        Scene.Says(finding, EvidenceKind.Inferred, "idle before the FIN: 65.0 s +- 0.1 on 40 of 40: the peer's idle timeout");
        Scene.Says(finding, EvidenceKind.Observed, "opened by connect() in Pricing::open (pricing.php:31) on 40 of 40 sockets");
        Scene.Says(finding, EvidenceKind.Observed, "all from one peer: 10.0.0.5:8081");
        Scene.Says(finding, EvidenceKind.Observed, "0 of 40 closed since tracing began");
        Assert.DoesNotContain(finding.Evidence, line => line.Kind == EvidenceKind.Unknown);
        Assert.Contains(finding.Advice, line => line.Contains("65.0 s", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_transactions_are_never_rolled_back_and_the_load_balancer_closes()
    {
        Proc orders = _scene.Names.Process(811, "orders", "/srv/orders", unit: "shop.service");
        ulong stack = _scene.Names.Stack(7, "syscall.connect", "net.(*Dialer).DialContext", "main.(*MainController).update main.go:41");
        List<Conn> conns = [];
        for (ulong i = 0; i < 12; i++)
        {
            Proc one = orders;
            conns.AddRange(_scene.Enter(1, cookie => Outbound(cookie, "10.0.0.9", 3306, one.At(5, tid: 820, stackId: stack)), 60 * Second + i * Millisecond, firstCookie: i + 1));
            _scene.After(5 * Second);
        }
        _scene.Scan([.. conns], _ => orders);
        _scene.Descriptors[orders.Key] = new DescriptorFacts(724, 1024);
        Finding finding = _scene.After(Second).Only();
        Assert.Equal(
            "orders(811) of shop.service: 12 connections opened in main.(*MainController).update (main.go:41): the peer closed after 60.0 s idle, nobody reads them",
            finding.Headline);
        Assert.Equal(Severity.Critical, finding.Severity); // the descriptors run out within the hour
        Assert.InRange(finding.GrowthPerMinute, 11, 12.5);
        Scene.Says(finding, EvidenceKind.Inferred, "idle before the FIN: 60.0 s +- 0.1 on 12 of 12: the peer's idle timeout");
        Assert.Contains(finding.Evidence, line => line.Text.StartsWith("grows by 11/min: descriptors of pid 811 (1024) run out in 27 min", StringComparison.Ordinal));
        Assert.Equal((811u, 820u), (finding.Suspects[0].Pid, finding.Suspects[0].Tid));
        Assert.Equal((811u, 0u), (finding.Suspects[^1].Pid, finding.Suspects[^1].Tid));
    }

    [Fact]
    public void Three_the_event_loop_is_blocked_and_the_accept_queue_is_full()
    {
        Proc tornado = _scene.Names.Process(4711, "python3", "/usr/bin/python3", unit: "shop.service");
        Conn listener = Listener.On(100, "0.0.0.0", 8888).WithQueue(129, 128);
        (listener.State.Record.LastRead, listener.State.Record.LastReadResult) = (tornado.At(_scene.Now, stackId: _scene.Names.Stack(3, "accept4", "accept", "run server.py:80")), 0);
        listener.State.Event.BytesReceived = 512;
        Conn[] conns = _scene.Enter(129, cookie => new Conn(cookie).Local("10.0.0.1", 8888).InQueue().Through(100), idleNs: 60 * Second);
        _scene.Scan(conns, holder: null, listener, story => story.Held(listener, tornado, 3));
        _scene.ListenOverflows = 341;
        Finding finding = _scene.After(30 * Second).Only();
        Assert.Equal("python3(4711) of shop.service: 129 connections to 0.0.0.0:8888 never accepted: accept queue 129/128", finding.Headline);
        Assert.Equal((Verdict.NeverAccepted, Severity.Critical), (finding.Verdict, finding.Severity));
        Scene.Says(finding, EvidenceKind.Observed, "129 of 129 sockets: in the accept queue of 0.0.0.0:8888, no process has a descriptor of them");
        Scene.Says(finding, EvidenceKind.Observed, "accept queue 129/128 full, 341 connections dropped since tracing began");
        Scene.Says(finding, EvidenceKind.Observed, "the listener has dropped 512 connections since it was opened");
        Scene.Says(finding, EvidenceKind.Observed, "last accept 30.0 s ago by python3(4711) in run (server.py:80)");
        Assert.Equal((SiteRole.Listener, "listener 0.0.0.0:8888"), (finding.Origin.Role, finding.Origin.Label));
        Assert.Equal([4711u, 0u], finding.Suspects.Select(actor => actor.Tid));

        ThreadFacts blocked = new(4711, 4711, "python3")
        {
            State = "sleeping",
            Syscall = "recvfrom",
            SyscallFd = 9,
            SyscallTarget = "tcp 127.0.0.1:40122 -> 127.0.0.1:9000 ESTABLISHED",
            Frames = [.. new[] { "recv", "sock_recv", "begin", "urlopen", "query_third_party handler.py:23", "get handler.py:40" }.Select(Names.Frame)],
            UserFrame = 4,
        };
        Finding explained = FindingGrouping.WithThreads(finding, [blocked]);
        Assert.Equal(
            new Evidence(EvidenceKind.Observed, "thread 4711 (python3) is blocked now in recvfrom on fd 9 (tcp 127.0.0.1:40122 -> 127.0.0.1:9000 ESTABLISHED): query_third_party (handler.py:23) -> urlopen -> recv"),
            explained.Evidence[0]);
        Assert.Equal(finding.Headline + "; thread 4711 is blocked in query_third_party (handler.py:23)", explained.Headline);
        Assert.Equal((SiteRole.Blocked, "query_third_party (handler.py:23)", 4711u), (explained.Code!.Role, explained.Code.Label, explained.Code.Actor.Pid));
        Assert.True(explained.IsOwnerBlocked);
    }

    [Fact]
    public void Four_a_client_holds_connections_that_the_server_has_closed_after_its_keepalive_timeout()
    {
        Proc java = _scene.Names.Process(500, "java", "/usr/bin/java");
        ulong stack = _scene.Names.Stack(9, "connect", "sun.nio.ch.Net.connect", "com.acme.PriceClient.fetch PriceClient.java:52");
        Conn[] conns = _scene.Enter(25, cookie => Outbound(cookie, "10.0.0.7", 443, java.At(5, tid: 510 + (uint)(cookie % 5), stackId: stack)), idleNs: 65 * Second);
        _scene.Scan(conns, _ => java);
        Finding finding = _scene.After(90 * Second).Only();
        Assert.Equal("java(500): 25 connections opened in com.acme.PriceClient.fetch (PriceClient.java:52): the peer closed after 65.0 s idle, nobody reads them", finding.Headline);
        Finding idle = FindingGrouping.WithThreads(finding, [PoolWorker(511), PoolWorker(512)]);
        Assert.False(idle.IsOwnerBlocked);
        Assert.Equal("com.acme.PriceClient.fetch (PriceClient.java:52)", idle.Code!.Label);
        Scene.Says(idle, EvidenceKind.Observed, "both threads wait in futex");
    }

    [Fact]
    public void Five_long_lived_workers_keep_connections_to_several_peers_with_timeouts_of_their_own()
    {
        Proc master = _scene.Names.Process(900, "php", "/usr/bin/php");
        Proc[] workers = [.. Enumerable.Range(901, 3).Select(pid => _scene.Names.Process((uint)pid, "php", "/usr/bin/php", master))];
        ulong stack = _scene.Names.Stack(4, "connect", "redis_sock_connect", "Rpc::get Rpc.php:77");
        List<Conn> conns = [];
        for (ulong peer = 1; peer <= 3; peer++)
        {
            ulong number = peer;
            conns.AddRange(_scene.Enter(40, cookie => Outbound(cookie, $"10.0.1.{number}", 6379, workers[cookie % 3].At(5, stackId: stack)), peer * 30 * Second, firstCookie: peer * 1000));
        }
        _scene.Scan([.. conns], i => workers[(conns[i].Key.Cookie % 3)]);
        Finding finding = _scene.After(70 * Second).Only();
        Assert.Equal("php (3 processes): 120 connections opened in Rpc::get (Rpc.php:77): the peers closed, nobody reads them", finding.Headline);
        Assert.Equal(Severity.Warning, finding.Severity); // so many
        Assert.Equal(3, finding.PeerCount);
        Assert.All(finding.Peers, peer => Assert.Equal(40UL, peer.Sockets));
        Assert.All(finding.Peers, peer => Assert.True(peer.Idle.IsPlateau));
        Assert.False(finding.Plateau.IsPlateau);
        Scene.Says(finding, EvidenceKind.Inferred, "idle before the FIN of 10.0.1.2:6379: 60.0 s +- 0.1 on 40 of 40: its idle timeout");
    }

    [Fact]
    public void Six_a_server_reads_the_end_and_forgets_to_close_until_its_descriptors_are_used_up()
    {
        Proc game = _scene.Names.Process(600, "game", "/srv/game");
        Conn listener = Listener.On(100, "0.0.0.0", 7000);
        Conn[] conns = LeakSixty(game, listener);
        Finding leak = _scene.After(100 * Second).Only();
        Assert.Equal("game(600): 60 connections never closed: the end was read in Conn::on_readable (server.cpp:41)", leak.Headline);
        Assert.Equal((Verdict.EofReadNotClosed, Severity.Critical), (leak.Verdict, leak.Severity));
        Scene.Says(leak, EvidenceKind.Observed, "60 of 60 sockets: the end of the stream was read, and they are still open");
        Scene.Says(leak, EvidenceKind.Observed, "game(600) has 64 of 64 descriptors in use, 60 of them by these sockets: accept() and open() fail with EMFILE, too many open files");

        // Who comes now waits in the queue, and the reason is beside it.
        listener.WithQueue(5, 128);
        Conn[] queued = _scene.Enter(5, cookie => new Conn(cookie).Local("10.0.0.1", 7000).InQueue().Through(100), firstCookie: 500);
        _scene.Scan(queued, holder: null, listener, story => story.Held(listener, game, 3));
        Finding late = Assert.Single(_scene.After(10 * Second).Report().Findings, finding => finding.Verdict == Verdict.NeverAccepted);
        Assert.Equal("game(600): 5 connections to 0.0.0.0:7000 never accepted: accept queue 5/128; no descriptor is left to accept them", late.Headline);
        Assert.StartsWith("Free descriptors of game(600): it cannot accept while all 64 are in use", late.Advice[0], StringComparison.Ordinal);

        // The peers reset half of them, keepalive ends some: ss shows nothing any more, the descriptors are still there.
        for (int i = 0; i < 40; i++)
            _scene.Story.Apply(i < 30 ? conns[i].Fail(_scene.Now, 104, TcpRecordFlags.ResetReceived) : conns[i].Fail(_scene.Now, 110));
        FindingReport report = _scene.After(10 * Second).Report();
        Finding vanished = Assert.Single(report.Findings, finding => finding.Verdict == Verdict.ResetButOpen);
        Assert.Equal("game(600): 40 descriptors leaked, their connections are gone: 30 reset by the peer, 10 timed out", vanished.Headline);
        Assert.Equal("Conn::on_readable (server.cpp:41)", vanished.Code!.Label);
        Assert.Equal((25UL, 40UL), (report.CloseWaits, report.LeftOpen));
        Assert.Equal((30UL, 10UL), (report.Ends[EndReason.ResetByPeer], report.Ends[EndReason.TimedOut]));
        Assert.Equal((0UL, 60UL), (vanished.Closed, vanished.Opened)); // nothing was given back
        Scene.Says(vanished, EvidenceKind.Observed, "0 of 60 of this origin are gone since tracing began, 40 have ended and left a descriptor open: 30 reset by the peer, 10 timed out");

        // It exits: all is released.
        foreach (Conn conn in queued)
            _scene.Story.Apply(conn.Close(_scene.Now, game, isExiting: true));
        _scene.Exits(game);
        _scene.After(Second).Scan([], holder: null);
        _scene.After(Second).Scan([], holder: null);
        Assert.Empty(_scene.After(10 * Second).Report().Findings);
    }

    private Conn[] LeakSixty(Proc game, Conn listener)
    {
        ulong accept = _scene.Names.Stack(5, "accept4", "Server::on_accept server.cpp:20");
        ulong read = _scene.Names.Stack(6, "recv", "Conn::on_readable server.cpp:41");
        _scene.Scan([], holder: null, listener, story => story.Held(listener, game, 3));
        Conn[] conns = _scene.Enter(60, cookie => new Conn(cookie).Local("10.0.0.1", 7000).Through(100).Origin(TcpOrigin.Accept, game.At(5, stackId: accept)));
        foreach (Conn conn in conns)
            _scene.Story.Apply(conn.EofReadBy(game.At(_scene.Now + 1, stackId: read)).Use(_scene.Now + 1));
        _scene.Scan(conns, _ => game, listener, story => story.Held(listener, game, 3));
        _scene.Descriptors[game.Key] = new DescriptorFacts(64, 64);
        return conns;
    }

    private static Conn Outbound(ulong cookie, string peer, ushort port, TcpActor opener) =>
        new Conn(cookie).Direction(TcpDirection.Outbound).Local("10.0.0.1", (ushort)(30_000 + cookie)).Remote(peer, port).Origin(TcpOrigin.Connect, opener);

    private static ThreadFacts PoolWorker(uint tid) => new(500, tid, "pool-1-thread")
    {
        State = "sleeping",
        Syscall = "futex",
        Frames = [.. new[] { "futex", "jdk.internal.misc.Unsafe.park", "java.util.concurrent.LinkedBlockingQueue.take", "java.util.concurrent.ThreadPoolExecutor.getTask" }.Select(Names.Frame)],
    };
}
