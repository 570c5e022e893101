// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>A server forks a child that keeps a copy of a connection it knows nothing of: the close of its user ends nothing.</summary>
public sealed class InheritedByChild
{
    private static readonly Proc Parent = new(1000, "server", 1_000);
    private static readonly Proc Child = new(1001, "logger", 2_000);

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Origin(TcpOrigin.Accept, Parent.At(5));

    public InheritedByChild()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.EofReadBy(Parent.At(_story.Now)).Use(_story.Now)).After(60 * Story.Millisecond);
        Scan(Parent, Child);
    }

    [Fact]
    public void While_its_user_holds_it_the_copy_does_not_matter() =>
        Assert.Equal([Verdict.EofNotRead, Verdict.EofReadNotClosed], _story.Verdicts);

    [Fact]
    public void The_close_of_its_user_leaves_it_to_the_child()
    {
        Scan(Child);
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofReadNotClosed, Verdict.HeldElsewhere);
    }

    [Fact]
    public void So_does_the_end_of_its_user()
    {
        _story.Exits(Parent);
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofReadNotClosed, Verdict.HeldElsewhere);
    }

    [Fact]
    public void A_child_that_reads_it_has_taken_it_over()
    {
        Scan(Child);
        _conn.State.Record.LastRead = Child.At(_story.Now);
        _story.Apply(_conn.Use(_story.Now));
        _story.Turned(LedgerChangeKind.Updated, Verdict.HeldElsewhere, Verdict.EofReadNotClosed);
    }

    [Fact]
    public void A_parent_that_keeps_what_its_child_has_served_holds_it_elsewhere_too()
    {
        _conn.State.Record.LastRead = Child.At(_story.Now);
        _story.Apply(_conn.Use(_story.Now));
        Scan(Parent);
        Assert.Equal(Verdict.HeldElsewhere, _story.Last.Verdict);
    }

    [Fact]
    public void A_process_with_the_pid_of_its_user_is_not_its_user()
    {
        Proc reused = Parent with { StartBoottimeNs = 9_000 };
        Scan(reused);
        Assert.Equal(Verdict.HeldElsewhere, _story.Last.Verdict);
    }

    [Fact]
    public void A_scan_older_than_the_last_read_accuses_nobody()
    {
        Proc receiver = new(2000, "receiver");
        _conn.State.Record.LastRead = receiver.At(_story.Now);
        _story.Apply(_conn.Use(_story.Now));
        Assert.Equal(Verdict.EofReadNotClosed, _story.Last.Verdict);
        Scan(Parent, receiver);
        Assert.Equal([Verdict.EofNotRead, Verdict.EofReadNotClosed], _story.Verdicts);
    }

    [Fact]
    public void A_reader_who_came_while_the_scan_ran_accuses_nobody()
    {
        Proc receiver = new(2000, "receiver");
        _conn.State.Record.LastRead = receiver.At(_story.Now + 10 * Story.Second + 1);
        Scan(Parent);
        Assert.Equal(receiver.Key, ProcessKey.Of(_story.Last.Last.Record.LastRead));
        Assert.Equal(Verdict.EofReadNotClosed, _story.Last.Verdict);
        Scan(Parent);
        Assert.Equal(Verdict.HeldElsewhere, _story.Last.Verdict);
    }

    [Fact]
    public void A_reader_who_is_gone_at_the_next_scan_is_told_though_the_holders_are_the_same()
    {
        Proc visitor = new(2000, "visitor");
        _conn.State.Record.LastRead = visitor.At(_story.Now);
        _story.Apply(_conn.Use(_story.Now)).Forget();
        Scan(Parent, Child);
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofReadNotClosed, Verdict.HeldElsewhere);
    }

    [Fact]
    public void A_scan_with_too_many_holders_to_keep_accuses_nobody()
    {
        Story story = new(new LedgerOptions { MaxHolders = 1 });
        story.Apply(_conn.Enter(story.Now)).After(60 * Story.Millisecond);
        story.Scan([_conn], rows => rows.Held(_conn, Child, 5).Held(_conn, Parent, 5));
        Story.IsHeldBy(story.Last, Child.Holding(5));
        Assert.Equal(Verdict.EofReadNotClosed, story.Last.Verdict);
    }

    private void Scan(params Proc[] holders)
    {
        _story.After(10 * Story.Second).Scan([_conn], rows =>
        {
            foreach (Proc holder in holders)
                rows.Held(_conn, holder, 5);
        });
    }
}
