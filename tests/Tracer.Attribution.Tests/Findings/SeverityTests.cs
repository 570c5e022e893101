// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>How much findings hurt, by their growth and by what runs out.</summary>
public sealed class SeverityTests
{
    private readonly Scene _scene = new();
    private readonly Proc _server;
    private readonly ulong _stack;

    public SeverityTests()
    {
        _server = _scene.Names.Process(50, "server", "/srv/server");
        _stack = _scene.Names.Stack(1, "accept4", "serve server.c:10");
    }

    [Fact]
    public void A_few_that_do_not_grow_are_a_notice()
    {
        Leak(4);
        Finding finding = _scene.After(70 * Second).Only();
        Assert.Equal((Severity.Notice, 0.0), (finding.Severity, finding.GrowthPerMinute));
        Assert.DoesNotContain(finding.Evidence, line => line.Text.StartsWith("grows", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hundred_are_a_warning_whatever_they_do()
    {
        Leak(100);
        Assert.Equal(Severity.Warning, _scene.After(70 * Second).Only().Severity);
    }

    [Fact]
    public void Growth_is_a_warning_once_three_have_come()
    {
        Leak(2);
        Assert.Equal(Severity.Notice, _scene.After(10 * Second).Only().Severity);
        Leak(1, firstCookie: 3);
        Finding finding = _scene.After(10 * Second).Only();
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.InRange(finding.GrowthPerMinute, 8.9, 9.1); // three in the twenty seconds since tracing began
        Assert.InRange(finding.GrowthWindowNs, 20 * Second, 21 * Second);
        Scene.Says(finding, EvidenceKind.Observed, "grows by 9/min");
    }

    [Fact]
    public void Growth_is_over_the_last_minute_only()
    {
        Leak(10);
        Assert.InRange(_scene.After(55 * Second).Only().GrowthPerMinute, 10, 11);
        Assert.Equal(0, _scene.After(10 * Second).Only().GrowthPerMinute);
    }

    [Fact]
    public void What_existed_before_is_no_growth()
    {
        Conn[] conns = [.. Enumerable.Range(1, 50).Select(i => Stuck((ulong)i).Silent(60 * Second, 61 * Second))];
        foreach (Conn conn in conns)
            (conn.State.Event.NewState, conn.State.Record.OriginKind, conn.State.Record.Origin) = (TcpState.CloseWait, TcpOrigin.Unknown, default);
        _scene.Scan(conns, _ => _server);
        Finding finding = _scene.After(5 * Second).Only();
        Assert.Equal((0.0, Severity.Notice), (finding.GrowthPerMinute, finding.Severity));
        foreach (Conn conn in conns[..20])
            _scene.Story.Apply(conn.Close(_scene.Now, _server, isExiting: true));
        finding = _scene.After(5 * Second).Only();
        Assert.Equal((30UL, 50UL, 20UL), (finding.Sockets, finding.Opened, finding.Closed));
        Assert.InRange(finding.GrowthPerMinute, -120, -119); // twenty fewer in ten seconds
    }

    [Fact]
    public void A_busy_server_that_closes_as_many_as_come_does_not_grow()
    {
        Leak(5);
        _scene.After(70 * Second);
        for (ulong i = 0; i < 600; i++)
        {
            Conn conn = Stuck(1000 + i);
            _scene.Story.Apply(conn.Enter(_scene.Now));
            _scene.After(50 * Millisecond);
            _scene.Story.Apply(conn.Close(_scene.Now, _server));
        }
        Finding finding = _scene.Only();
        Assert.Equal((0.0, 605UL, 600UL, Severity.Notice), (finding.GrowthPerMinute, finding.Opened, finding.Closed, finding.Severity));
        Assert.InRange(finding.MedianTimeToCloseNs!.Value, 45 * Millisecond, 55 * Millisecond);
        Scene.Says(finding, EvidenceKind.Observed, $"600 of 605 of this origin are gone since tracing began: 600 closed; closes took {DurationText.Format(finding.MedianTimeToCloseNs.Value)} (median)");
    }

    [Theory]
    [InlineData(819, Severity.Notice)]
    [InlineData(820, Severity.Critical)]
    public void Four_fifths_of_the_descriptors_are_critical(ulong open, Severity expected)
    {
        Leak(4);
        _scene.Descriptors[_server.Key] = new DescriptorFacts(open, 1024);
        Finding finding = _scene.After(70 * Second).Only();
        Assert.Equal(expected, finding.Severity);
        Assert.Equal((4UL, (ulong?)null), (finding.Descriptors[0].Stuck, finding.Descriptors[0].ExhaustionNs));
    }

    [Fact]
    public void A_process_without_a_known_limit_is_not_judged_by_it()
    {
        Leak(4);
        _scene.Descriptors[_server.Key] = new DescriptorFacts(1_000_000, 0);
        Finding finding = _scene.After(20 * Second).Only();
        Assert.Equal((0.0, (ulong?)null), (finding.Descriptors[0].Share, finding.Descriptors[0].ExhaustionNs));
    }

    [Theory]
    [InlineData(1024, Severity.Critical)] // 600 left at 11/min
    [InlineData(4096, Severity.Warning)]
    public void Running_out_within_the_hour_is_critical(ulong limit, Severity expected)
    {
        for (ulong i = 1; i <= 12; i++)
        {
            Leak(1, i);
            _scene.After(5 * Second);
        }
        _scene.Descriptors[_server.Key] = new DescriptorFacts(424, limit);
        Finding finding = _scene.Only();
        Assert.Equal(expected, finding.Severity);
        double minutes = finding.Descriptors[0].ExhaustionNs!.Value / 60e9;
        Assert.InRange(minutes, (limit - 424) / 12.5, (limit - 424) / 11.0);
        bool isUrgent = finding.Advice.Any(line => line.StartsWith($"To win time: prlimit --pid 50 --nofile={limit * 4} (now {limit})", StringComparison.Ordinal));
        Assert.Equal(expected == Severity.Critical, isUrgent);
    }

    [Fact]
    public void Each_process_runs_out_by_its_own_share_of_the_growth()
    {
        Proc worker = _scene.Names.Process(51, "server", "/srv/server", _server);
        Conn[] conns = _scene.Enter(12, Stuck);
        foreach (Conn conn in conns[9..])
            conn.Origin(TcpOrigin.Accept, worker.At(5, stackId: _stack));
        _scene.Scan(conns, i => i < 9 ? _server : worker);
        _scene.Descriptors[_server.Key] = _scene.Descriptors[worker.Key] = new DescriptorFacts(100, 1000);
        Finding finding = _scene.After(55 * Second).Only();
        Assert.Equal([50u, 51u], finding.Descriptors.Select(use => use.Process.Pid));
        Assert.Equal(3.0, finding.Descriptors[1].ExhaustionNs!.Value / (double)finding.Descriptors[0].ExhaustionNs!.Value, 3);
    }

    [Theory]
    [InlineData(116, 128, Severity.Critical)]
    [InlineData(115, 128, Severity.Notice)]
    [InlineData(5, 0, Severity.Notice)]
    public void An_accept_queue_that_is_nearly_full_is_critical(uint length, uint limit, Severity expected)
    {
        Conn listener = Listener.On(100, "0.0.0.0", 8080).WithQueue(length, limit);
        Conn[] conns = _scene.Enter(2, cookie => new Conn(cookie).Local("10.0.0.1", 8080).InQueue().Through(100));
        _scene.Scan(conns, holder: null, listener, story => story.Held(listener, _server, 3));
        Assert.Equal(expected, _scene.After(70 * Second).Only().Severity);
    }

    [Fact]
    public void The_worst_comes_first()
    {
        ulong admin = _scene.Names.Stack(2, "accept4", "admin server.c:99");
        Proc other = _scene.Names.Process(60, "other", "/srv/other");
        Leak(30);
        Conn[] critical = _scene.Enter(3, cookie => new Conn(cookie).Origin(TcpOrigin.Accept, other.At(5, stackId: admin)), firstCookie: 500);
        _scene.Scan(critical, _ => other);
        _scene.Descriptors[other.Key] = new DescriptorFacts(1000, 1024);
        Assert.Equal(["other", "server"], _scene.After(70 * Second).Report().Findings.Select(finding => finding.Owner.Comm));
    }

    private void Leak(int count, ulong firstCookie = 1) => _scene.Scan(_scene.Enter(count, Stuck, firstCookie: firstCookie), _ => _server);

    private Conn Stuck(ulong cookie) => new Conn(cookie).Origin(TcpOrigin.Accept, _server.At(_scene.Now, stackId: _stack));
}
