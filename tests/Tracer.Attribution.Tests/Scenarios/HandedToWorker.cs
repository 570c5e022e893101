// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A master accepts, passes the descriptor to a worker (SCM_RIGHTS, or fork) and closes its own: the worker's it is.</summary>
public sealed class HandedToWorker
{
    private static readonly Proc Master = new(1000, "master", 1_000);
    private static readonly Proc Worker = new(1001, "worker", 2_000);

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Origin(TcpOrigin.Accept, Master.At(5));

    [Fact]
    public void A_worker_that_reads_is_its_user()
    {
        _conn.State.Record.LastRead = Worker.At(10);
        Enter();
        Scan(Worker);
        Assert.Equal([Verdict.EofNotRead], _story.Verdicts);
    }

    [Fact]
    public void A_worker_that_only_sends_is_its_user()
    {
        _conn.State.Record.FirstSend = Worker.At(10);
        Enter();
        Scan(Worker);
        Assert.Equal([Verdict.EofNotRead], _story.Verdicts);
    }

    [Fact]
    public void A_worker_whose_reads_no_hook_sees_is_its_user()
    {
        (_conn.State.Event.BytesReceived, _conn.State.Event.UnreadBytes) = (500, 1);
        Enter();
        Scan(Worker);
        Assert.Equal([Verdict.EofNotRead], _story.Verdicts);
    }

    [Fact]
    public void A_worker_whose_read_of_the_end_no_hook_sees_is_its_user()
    {
        Enter();
        _conn.State.Event.UnreadBytes = 0;
        Scan(Worker);
        Assert.Equal([Verdict.EofNotRead, Verdict.EofReadNotClosed], _story.Verdicts);
    }

    [Fact]
    public void On_its_way_it_is_nobodys()
    {
        Enter();
        Scan();
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofNotRead, Verdict.Unknown);
        _conn.State.Record.LastRead = Worker.At(_story.Now + 1);
        _story.Apply(_conn.Use(_story.Now + 2));
        _story.Turned(LedgerChangeKind.Updated, Verdict.Unknown, Verdict.EofNotRead);
    }

    [Fact]
    public void A_worker_that_has_never_touched_it_holds_it_elsewhere()
    {
        Enter();
        Scan(Worker);
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofNotRead, Verdict.HeldElsewhere);
    }

    [Fact]
    public void The_end_of_the_last_known_holder_is_no_verdict_until_a_scan_has_looked()
    {
        Enter();
        Scan(Master);
        _story.Exits(Master);
        Assert.Empty(_story.Last.Holders);
        Assert.Equal(Verdict.EofNotRead, _story.Last.Verdict);
        Scan();
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofNotRead, Verdict.Unknown);
    }

    private void Enter() => _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);

    private void Scan(params Proc[] holders)
    {
        _story.After(10 * Story.Second).Scan([_conn], rows =>
        {
            foreach (Proc holder in holders)
                rows.Held(_conn, holder, 5);
        });
    }
}
