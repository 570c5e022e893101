// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>Programs that look like the guilty ones and are not: they get no finding.</summary>
public sealed class InnocentTwinTests
{
    private readonly Scene _scene = new();
    private readonly Proc _server;
    private readonly ulong _accept;
    private readonly ulong _close;

    public InnocentTwinTests()
    {
        _server = _scene.Names.Process(50, "server", "/srv/server");
        _accept = _scene.Names.Stack(1, "accept4", "serve server.c:10");
        _close = _scene.Names.Stack(2, "close", "finish server.c:60");
    }

    [Fact]
    public void A_server_that_closes_at_once_has_no_finding()
    {
        for (ulong i = 1; i <= 2000; i++)
        {
            Conn conn = Accepted(i);
            _scene.Story.Apply(conn.Enter(_scene.Now));
            _scene.Story.Apply(conn.EofReadBy(_server.At(_scene.Now)).Use(_scene.Now));
            _scene.After(Millisecond).Story.Apply(conn.Close(_scene.Now, _server));
            if (i % 100 == 0)
                Assert.Empty(_scene.Report(includesHarmless: true).Findings);
        }
        Assert.Equal(2000UL, _scene.Report().Ends[EndReason.Closed]);
    }

    [Fact]
    public void A_busy_server_always_has_some_in_close_wait_but_none_for_long()
    {
        Queue<Conn> open = [];
        for (ulong i = 1; i <= 3000; i++)
        {
            Conn conn = Accepted(i);
            _scene.Story.Apply(conn.Enter(_scene.Now));
            open.Enqueue(conn);
            if (open.Count > 200)
                _scene.Story.Apply(open.Dequeue().Close(_scene.Now, _server));
            _scene.After(5 * Millisecond);
        }
        FindingReport report = _scene.Report(includesHarmless: true);
        Assert.Empty(report.Findings);
        Assert.Equal(200UL, report.CloseWaits);
    }

    [Fact]
    public void A_half_close_in_use_is_harmless()
    {
        Conn conn = Accepted(1);
        _scene.Story.Apply(conn.Enter(_scene.Now));
        _scene.After(20 * Second);
        conn.State.Record.LastSendKtimeNs = _scene.Now - Second;
        conn.State.Event.UnreadBytes = 0;
        _scene.Story.Apply(conn.Silent(100 * Millisecond, 100 * Millisecond).Use(_scene.Now));
        _scene.Scan([conn], _ => _server);
        FindingReport report = _scene.Report();
        Assert.Empty(report.Findings);
        Assert.Equal(1UL, report.HarmlessFindings);
        Finding finding = _scene.Only(includesHarmless: true);
        Assert.Equal((Verdict.HalfCloseInUse, Severity.Harmless), (finding.Verdict, finding.Severity));
        Assert.Equal("server(50): 1 connection half-closed and in use", finding.Headline);
        Assert.Equal(0UL, _scene.Report(includesHarmless: true).HarmlessFindings);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(30)]
    public void A_server_that_closes_late_is_harmless_once_it_was_seen_closing(ulong delaySeconds)
    {
        Queue<(Conn Conn, ulong CloseAt)> open = Serve(delaySeconds, seconds: 4 * delaySeconds);
        FindingReport report = _scene.Report();
        Assert.Empty(report.Findings);
        Finding finding = Assert.Single(_scene.Report(includesHarmless: true).Findings);
        Assert.Equal((Verdict.SlowClose, Severity.Harmless), (finding.Verdict, finding.Severity));
        Assert.InRange(finding.MedianTimeToCloseNs!.Value, delaySeconds * Second * 9 / 10, delaySeconds * Second * 11 / 10);
        Assert.Equal("finish (server.c:60)", finding.Code!.Label);
        Assert.StartsWith($"server(50): {finding.Sockets} connections not closed yet: closes take ", finding.Headline, StringComparison.Ordinal);
        Scene.Says(finding, EvidenceKind.Observed, $"{finding.Sockets} of {finding.Sockets} sockets: open for {DurationText.Format(finding.OldestNs)} at most, and they do not pile up");
        Assert.NotEmpty(open);
    }

    [Theory]
    [InlineData(TcpDirection.Inbound)]
    [InlineData(TcpDirection.Outbound)]
    public void Who_closes_late_is_recognised_by_what_was_there_before_the_tracer_too(TcpDirection direction)
    {
        Conn Make(ulong cookie) => direction == TcpDirection.Inbound
            ? Accepted(cookie)
            : new Conn(cookie).Direction(direction).Remote("10.0.0.9", 3306).Origin(TcpOrigin.Connect, _server.At(5, stackId: _accept));

        Conn[] before = [.. Enumerable.Range(1, 20).Select(i => Make((ulong)i).Silent((ulong)i * 200 * Millisecond, (ulong)i * 200 * Millisecond))];
        foreach (Conn conn in before)
            (conn.State.Event.NewState, conn.State.Record.OriginKind, conn.State.Record.Origin) = (TcpState.CloseWait, TcpOrigin.Unknown, default);
        _scene.Scan(before, _ => _server);
        List<Conn> after = [];
        for (ulong i = 1; i <= 20; i++) // each stays for four seconds
        {
            after.AddRange(_scene.Enter(1, Make, firstCookie: 100 + i));
            _scene.After(200 * Millisecond).Story.Apply(before[^(int)i].Close(_scene.Now, _server));
        }
        Assert.Empty(_scene.After(100 * Millisecond).Report().Findings);
        Assert.Equal(Verdict.SlowClose, _scene.Only(includesHarmless: true).Verdict);
    }

    [Fact]
    public void Late_closes_do_not_excuse_those_that_are_three_times_as_old()
    {
        Serve(5, seconds: 20);
        Conn[] leaked = _scene.Enter(2, Accepted, firstCookie: 9000);
        _scene.Scan(leaked, _ => _server);
        Assert.Empty(Continue(13).Findings);
        Finding finding = Assert.Single(Continue(5).Findings);
        Assert.Equal(Verdict.EofNotRead, finding.Verdict);
    }

    [Fact]
    public void One_late_close_does_not_excuse_hundreds_that_stay()
    {
        Conn[] conns = _scene.Enter(200, Accepted);
        _scene.Scan(conns, _ => _server);
        _scene.After(20 * Second).Story.Apply(conns[0].Close(_scene.Now, _server));
        Assert.Equal(Verdict.EofNotRead, _scene.After(Second).Only().Verdict);
    }

    [Fact]
    public void Late_closes_do_not_excuse_what_piles_up()
    {
        Conn[] few = _scene.Enter(10, Accepted);
        _scene.After(10 * Second);
        foreach (Conn conn in few)
            _scene.Story.Apply(conn.Close(_scene.Now, _server));
        _scene.Scan(_scene.Enter(60, Accepted, firstCookie: 100), _ => _server);
        Assert.Empty(_scene.After(8 * Second).Report().Findings); // not older than closes take
        Finding finding = _scene.After(6 * Second).Only();
        Assert.Equal((Verdict.EofNotRead, Severity.Warning), (finding.Verdict, finding.Severity));
    }

    [Fact]
    public void A_server_that_closes_late_and_gets_busy_is_harmless()
    {
        _scene.After(60 * Second);
        Serve(5, seconds: 10, everyMs: 20);
        Assert.Empty(_scene.Report().Findings);
        Finding finding = _scene.Only(includesHarmless: true);
        Assert.Equal((Verdict.SlowClose, Severity.Harmless), (finding.Verdict, finding.Severity));
        Assert.DoesNotContain(finding.Evidence, line => line.Text.StartsWith("grows by", StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_takes_its_sockets_with_it_closes_nothing_late()
    {
        Conn[] conns = _scene.Enter(5, Accepted);
        _scene.After(10 * Second);
        foreach (Conn conn in conns)
            _scene.Story.Apply(conn.Close(_scene.Now, _server, isExiting: true));
        _scene.Scan(_scene.Enter(2, Accepted, firstCookie: 100), _ => _server);
        Finding finding = _scene.After(8 * Second).Only();
        Assert.Equal(Verdict.EofNotRead, finding.Verdict);
        Assert.Null(finding.MedianTimeToCloseNs);
        Scene.Says(finding, EvidenceKind.Observed, "5 of 7 of this origin are gone since tracing began: 5 by the end of the process");
    }

    // They come one after the other, and each stays for the delay.
    private Queue<(Conn Conn, ulong CloseAt)> Serve(ulong delaySeconds, ulong seconds, ulong firstCookie = 1, ulong everyMs = 500)
    {
        Queue<(Conn Conn, ulong CloseAt)> open = [];
        for (ulong i = 0; i < seconds * 1000 / everyMs; i++)
        {
            Conn conn = Accepted(firstCookie + i);
            _scene.Story.Apply(conn.Enter(_scene.Now));
            open.Enqueue((conn, _scene.Now + delaySeconds * Second));
            _scene.After(everyMs * Millisecond);
            while (open.Peek().CloseAt <= _scene.Now)
            {
                TcpSocketEvent e = open.Dequeue().Conn.Close(_scene.Now, _server);
                e.Event.Owner.StackId = _close;
                _scene.Story.Apply(e);
            }
        }
        return open;
    }

    private FindingReport Continue(ulong seconds)
    {
        Serve(5, seconds, firstCookie: _scene.Now);
        return _scene.Report();
    }

    private Conn Accepted(ulong cookie) => new Conn(cookie).Local("10.0.0.1", 8080).Through(100).Origin(TcpOrigin.Accept, _server.At(5, stackId: _accept));
}
