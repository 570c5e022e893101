// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Attribution.Findings.Origins;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

public sealed class FindingGroupingTests
{
    private readonly Scene _scene = new();
    private readonly Proc _server;
    private readonly ulong _serve;

    public FindingGroupingTests()
    {
        _server = _scene.Names.Process(50, "server", "/srv/server");
        _serve = _scene.Names.Stack(1, "accept4", "serve server.c:10");
    }

    [Fact]
    public void Places_and_verdicts_are_told_apart()
    {
        ulong admin = _scene.Names.Stack(2, "accept4", "admin server.c:99");
        Conn[] conns = _scene.Enter(9, cookie => Accepted(cookie, cookie <= 5 ? _serve : admin));
        foreach (Conn conn in conns[..2])
            _scene.Story.Apply(conn.EofReadBy(_server.At(_scene.Now + 1)).Use(_scene.Now + 1));
        _scene.Scan(conns, _ => _server);
        IReadOnlyList<Finding> findings = _scene.After(10 * Second).Report().Findings;
        Assert.Equal(
            [("admin (server.c:99)", Verdict.EofNotRead, 4UL), ("serve (server.c:10)", Verdict.EofNotRead, 3UL), ("serve (server.c:10)", Verdict.EofReadNotClosed, 2UL)],
            findings.Select(finding => (finding.Origin.Label, finding.Verdict, finding.Sockets)).OrderByDescending(finding => finding.Sockets));
        Assert.Equal(3, findings.Select(finding => finding.Id).Distinct().Count());
        Assert.All(findings.Where(finding => finding.Origin.Label.StartsWith("serve", StringComparison.Ordinal)), finding => Assert.Equal(5UL, finding.Opened));
    }

    [Fact]
    public void Two_services_with_the_same_code_are_told_apart()
    {
        Proc other = _scene.Names.Process(60, "server", "/srv/server");
        Conn[] conns = _scene.Enter(6, cookie => Accepted(cookie, _serve));
        foreach (Conn conn in conns[4..])
            conn.Origin(TcpOrigin.Accept, other.At(5, stackId: _serve));
        _scene.Scan(conns, i => i < 4 ? _server : other);
        IReadOnlyList<Finding> findings = _scene.After(10 * Second).Report().Findings;
        Assert.Equal([4UL, 2UL], findings.Select(finding => finding.Sockets));
        Assert.NotEqual(findings[0].Id, findings[1].Id);
        Assert.Matches("^[0-9a-f]{16}$", findings[0].Id);
    }

    [Fact]
    public void The_same_trouble_has_the_same_id_in_another_run()
    {
        Assert.Equal(IdOf(new Scene(), firstPid: 50, stackId: 1), IdOf(new Scene(), firstPid: 4000, stackId: 99));
        Assert.NotEqual(IdOf(new Scene(), firstPid: 50, stackId: 1), IdOf(new Scene(), firstPid: 50, stackId: 1, cgroup: "/other"));
    }

    [Fact]
    public void Sockets_younger_than_the_limit_are_in_no_finding_but_counted()
    {
        Conn[] conns = _scene.Enter(3, cookie => Accepted(cookie, _serve));
        _scene.Scan(conns, _ => _server);
        FindingReport young = _scene.After(2900 * Millisecond).Report();
        Assert.Empty(young.Findings);
        Assert.Equal((3UL, 3UL), (young.CloseWaits, young.Verdicts[Verdict.EofNotRead]));
        Assert.Single(_scene.After(100 * Millisecond).Report().Findings);
    }

    [Fact]
    public void A_descriptor_left_open_is_young_when_its_connection_has_just_ended()
    {
        Conn[] conns = _scene.Enter(1, cookie => Accepted(cookie, _serve));
        _scene.Scan(conns, _ => _server);
        _scene.After(60 * Second).Story.Apply(conns[0].Fail(_scene.Now, 104));
        FindingReport report = _scene.After(Second).Report();
        Assert.Empty(report.Findings);
        Assert.Equal((0UL, 1UL), (report.CloseWaits, report.LeftOpen));
        Assert.Equal(Verdict.ResetButOpen, _scene.After(2 * Second).Only().Verdict);
    }

    [Fact]
    public void Sockets_without_a_stack_go_with_the_one_place_they_can_come_from()
    {
        Conn[] conns = _scene.Enter(6, cookie => Accepted(cookie, cookie <= 4 ? _serve : 77));
        _scene.Scan(conns, _ => _server);
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal((6UL, "serve (server.c:10)"), (finding.Sockets, finding.Origin.Label));
        Scene.Says(finding, EvidenceKind.Observed, "accepted in serve (server.c:10) on 4 of 6 sockets");
    }

    [Fact]
    public void Where_no_hook_saw_the_accept_the_first_use_stands_in_for_it()
    {
        Conn[] conns = _scene.Enter(3, cookie => new Conn(cookie).Origin(TcpOrigin.Adopted, _server.At(5, stackId: _serve)));
        _scene.Scan(conns, _ => _server);
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal((SiteRole.Accept, "serve (server.c:10)"), (finding.Origin.Role, finding.Origin.Label));
        Scene.Says(finding, EvidenceKind.Inferred, "accepted, by their first use, in serve (server.c:10) on 3 of 3 sockets");
    }

    [Fact]
    public void Sockets_without_a_stack_stay_apart_when_there_are_two_places()
    {
        ulong admin = _scene.Names.Stack(2, "accept4", "admin server.c:99");
        Conn[] conns = _scene.Enter(9, cookie => Accepted(cookie, cookie <= 3 ? _serve : cookie <= 6 ? admin : 0));
        _scene.Scan(conns, _ => _server);
        Assert.Equal(
            ["admin (server.c:99)", "listener port 8080", "serve (server.c:10)"],
            _scene.After(10 * Second).Report().Findings.Select(finding => finding.Origin.Label).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Outbound_sockets_from_before_the_tracer_are_one_place()
    {
        Conn[] conns = [.. Enumerable.Range(1, 5).Select(i => Existing((ulong)i, 70 * Second).Direction(TcpDirection.Unknown).Remote($"10.0.0.{i}", 3306))];
        _scene.Scan(conns, _ => _server);
        Finding finding = _scene.After(5 * Second).Only();
        Assert.Equal((SiteRole.Existed, OriginNames.Existed), (finding.Origin.Role, finding.Origin.Label));
        Assert.Null(finding.Code);
        Assert.True(finding.OldestIsLowerBound);
        Assert.Equal((5, 0.0), (finding.PeerCount, finding.GrowthPerMinute));
        Scene.Says(finding, EvidenceKind.Unknown, "tracing began 5.0 s ago: growth over a longer time, who opened the 5 sockets and whether they are ever closed are not known yet");
        Scene.Says(finding, EvidenceKind.Observed, "5 of 5 sockets: the end of the stream has not been read");
        Assert.Contains(
            new Evidence(EvidenceKind.Unknown, "5 of 5 sockets: older than the tracer, so who opened them is not known"),
            _scene.After(100 * Second).Only().Evidence);
    }

    [Fact]
    public void Of_connections_from_before_the_tracer_the_idle_time_is_concluded()
    {
        Conn[] conns = [.. Enumerable.Range(1, 5).Select(i => Existing((ulong)i, 70 * Second, idleNs: 60 * Second).Direction(TcpDirection.Unknown).Remote("10.0.0.9", 3306))];
        _scene.Scan(conns, _ => _server);
        Finding finding = _scene.After(5 * Second).Only();
        Assert.Equal("server(50): 5 connections to 10.0.0.9:3306: the peer closed after 60.0 s idle, nobody reads them", finding.Headline);
        Scene.Says(finding, EvidenceKind.Inferred, "idle before the FIN: 60.0 s +- 0.1 on 5 of 5, by the ages of the last segments: the peer's idle timeout");
    }

    [Fact]
    public void Clients_are_told_by_their_address_and_servers_by_address_and_port()
    {
        Conn[] conns = _scene.Enter(40, cookie => Accepted(cookie, _serve).Remote($"192.0.2.{1 + cookie % 20}", (ushort)(40_000 + cookie)));
        _scene.Scan(conns, _ => _server);
        Finding inbound = _scene.After(10 * Second).Only();
        Assert.Equal((20, 16), (inbound.PeerCount, inbound.Peers.Count));
        Assert.All(inbound.Peers, peer => Assert.Equal((0, 2UL), (peer.Port, peer.Sockets)));
    }

    [Fact]
    public void Connections_that_nobody_saw_opened_show_clients_when_every_one_has_its_own_port()
    {
        Conn[] conns = [.. Enumerable.Range(1, 30).Select(i => Existing((ulong)i, 70 * Second).Direction(TcpDirection.Unknown).Remote("192.0.2.7", (ushort)(40_000 + i)))];
        _scene.Scan(conns, _ => _server);
        PeerIdle peer = Assert.Single(_scene.After(5 * Second).Only().Peers);
        Assert.Equal((0, 30UL), (peer.Port, peer.Sockets));
    }

    [Fact]
    public void A_child_that_inherited_descriptors_is_not_the_owner_while_the_parent_has_them()
    {
        Proc child = _scene.Names.Process(40, "logger", "/usr/bin/logger");
        Conn[] conns = _scene.Enter(3, cookie => Accepted(cookie, _serve));
        _scene.Scan(conns, _ => _server, more: story =>
        {
            foreach (Conn conn in conns)
                story.Held(conn, child, 5);
        });
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal([50u], finding.Owner.Processes.Select(process => process.Process.Pid));
        Assert.Equal(_server.Key, finding.Owner.Group);
    }

    [Fact]
    public void Held_by_a_child_alone_they_are_the_childs()
    {
        Proc child = _scene.Names.Process(70, "logger", "/usr/bin/logger");
        Conn[] conns = _scene.Enter(3, cookie => Accepted(cookie, _serve));
        _scene.Scan(conns, _ => child);
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal((Verdict.HeldElsewhere, "logger(70): 3 connections held that server(50) has closed"), (finding.Verdict, finding.Headline));
        Scene.Says(finding, EvidenceKind.Observed, "3 of 3 sockets: server(50) in serve (server.c:10) used them last and has no descriptor of them any more");
        Scene.Says(finding, EvidenceKind.Observed, "still held by logger(70) 3");
    }

    [Fact]
    public void A_half_close_that_nobody_acknowledges_is_not_harmless()
    {
        Conn[] conns = _scene.Enter(2, cookie => Accepted(cookie, _serve));
        _scene.After(20 * Second);
        foreach (Conn conn in conns)
        {
            conn.State.Record.LastSendKtimeNs = _scene.Now;
            conn.State.Event.UnsentBytes = 4000;
            conn.State.Event.UnreadBytes = 0;
            _scene.Story.Apply(conn.Silent(20 * Second, 30 * Second).Use(_scene.Now));
        }
        _scene.Scan(conns, _ => _server);
        Finding finding = _scene.After(Second).Only();
        Assert.Equal((Verdict.HalfCloseInUse, Severity.Notice), (finding.Verdict, finding.Severity));
        Assert.Equal("server(50): 2 of 2 sockets half-closed, and the peer acknowledges nothing any more", finding.Headline);
        Scene.Says(finding, EvidenceKind.Observed, "8000 bytes are not acknowledged");
    }

    [Fact]
    public void Shut_down_and_forgotten_names_the_line_of_the_shutdown()
    {
        ulong shut = _scene.Names.Stack(8, "shutdown", "finish server.c:66");
        Conn[] conns = _scene.Enter(3, cookie => Accepted(cookie, _serve));
        _scene.Scan(conns, _ => _server);
        foreach (Conn conn in conns)
        {
            TcpSocketEvent e = conn.ShutDown(_scene.Now, _server);
            e.Event.Owner = _server.At(_scene.Now, stackId: shut);
            _scene.Story.Apply(e);
        }
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal("server(50): 3 descriptors leaked: shut down in finish (server.c:66), never closed", finding.Headline);
        Assert.Equal((SiteRole.Close, "finish (server.c:66)"), (finding.Code!.Role, finding.Code.Label));
    }

    [Fact]
    public void A_socket_that_nobody_holds_says_so()
    {
        Conn[] conns = _scene.Enter(2, cookie => Accepted(cookie, _serve));
        _scene.Scan(conns, holder: null);
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal((Verdict.Unknown, "server(50): 2 connections that no process holds"), (finding.Verdict, finding.Headline));
        Assert.Contains(finding.Evidence, line => line.Kind == EvidenceKind.Unknown && line.Text.StartsWith("who keeps them open", StringComparison.Ordinal));
    }

    [Fact]
    public void Examples_are_the_oldest()
    {
        for (ulong cookie = 1; cookie <= 6; cookie++)
        {
            _scene.Enter(1, _ => Accepted(7 - cookie, _serve));
            _scene.After(Second);
        }
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal([6UL, 5UL, 4UL], finding.Examples.Select(key => key.Cookie));
        Assert.Equal((16 * Second, _scene.Now - 16 * Second), (finding.OldestNs, finding.FirstSeenKtimeNs));
    }

    [Fact]
    public void Holders_to_count_descriptors_of_are_those_of_judged_sockets_and_of_the_listener()
    {
        Proc acceptor = _scene.Names.Process(51, "server", "/srv/server");
        Conn listener = Listener.On(100, "0.0.0.0", 8080);
        Conn[] queued = _scene.Enter(2, cookie => new Conn(cookie).Local("10.0.0.1", 8080).InQueue().Through(100), firstCookie: 500);
        Conn[] held = _scene.Enter(2, cookie => Accepted(cookie, _serve));
        _scene.Story.Scan([.. queued, .. held, listener], story =>
        {
            story.Held(listener, acceptor, 3);
            story.Held(held[0], _server, 10);
            story.Held(held[1], _server, 11);
        });
        FindingGrouping grouping = new(_scene.Names, _scene.History, new FindingOptions(), _scene.Now + 10 * Second);
        foreach (TrackedSocket socket in _scene.Story.Books.Values)
            grouping.Add(in socket);
        Assert.Equal([_server.Key, acceptor.Key], grouping.Holders.OrderBy(key => key.Pid));
    }

    [Fact]
    public void What_has_ended_and_is_not_open_is_nothing()
    {
        FindingGrouping grouping = new(_scene.Names, _scene.History, new FindingOptions(), _scene.Now);
        TrackedSocket gone = new() { Key = new SocketKey(1, 1), Holders = [], Verdict = Verdict.None };
        grouping.Add(in gone);
        FindingReport report = grouping.Build(_scene.Descriptors, 0);
        Assert.Equal((0UL, 0UL), (report.CloseWaits, report.LeftOpen));
        Assert.Empty(report.Findings);
    }

    private static string IdOf(Scene scene, uint firstPid, ulong stackId, string cgroup = "/shop")
    {
        Proc server = scene.Names.Process(firstPid, "server", "/srv/server", cgroup: cgroup);
        ulong stack = scene.Names.Stack(stackId, "accept4", "serve server.c:10");
        Conn[] conns = scene.Enter(3, cookie => new Conn(cookie).Origin(TcpOrigin.Accept, server.At(5, stackId: stack)), firstCookie: firstPid);
        scene.Scan(conns, _ => server);
        return scene.After(10 * Second).Only().Id;
    }

    private Conn Accepted(ulong cookie, ulong stack) => new Conn(cookie).Origin(TcpOrigin.Accept, _server.At(5, stackId: stack));

    private static Conn Existing(ulong cookie, ulong sinceFinNs, ulong idleNs = 0)
    {
        Conn conn = new Conn(cookie).Origin(TcpOrigin.Unknown, default);
        conn.State.Event.NewState = TcpState.CloseWait;
        return idleNs == 0 ? conn.Silent(sinceFinNs, sinceFinNs) : conn.Silent(sinceFinNs, sinceFinNs + idleNs);
    }
}
