// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The ring was full when the FIN arrived.</summary>
public sealed class LostEnter
{
    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    public LostEnter()
    {
        _story.Scan([]).After(Story.Second).Forget();
        _conn.Enter(_story.Now, idleNs: 5);
    }

    [Fact]
    public void A_scan_finds_it_with_the_exact_time_and_counts_the_loss()
    {
        ulong entered = _story.Now;
        _story.After(3 * Story.Second).Scan([_conn], rows => rows.Held(_conn, Server, 5));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Entered);
        Assert.Equal(entered, socket.EnterKtimeNs);
        Assert.False(socket.AgeIsLowerBound);
        Assert.Equal(5UL, socket.IdleBeforeFinNs);
        Story.IsHeldBy(socket, Server.Holding(5));
        Assert.Equal(1UL, _story.Ledger.Counters.EntriesFoundByScan);
    }

    [Fact]
    public void Without_a_record_its_age_is_a_lower_bound()
    {
        Conn unseen = new Conn(2).Silent(2 * Story.Second, 7 * Story.Second);
        unseen.State.Event.NewState = TcpState.CloseWait;
        _story.After(3 * Story.Second).Scan([unseen]);
        TrackedSocket socket = _story.Only(LedgerChangeKind.Entered);
        Assert.True(socket.AgeIsLowerBound);
        Assert.Equal(_story.Now - 2 * Story.Second, socket.EnterKtimeNs);
    }

    [Fact]
    public void A_use_of_an_unknown_socket_asks_for_a_scan()
    {
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.After(Story.Second).Apply(_conn.Use(_story.Now));
        Assert.Empty(_story.Told);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([_conn]);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now + Story.Second));
    }

    [Fact]
    public void Its_end_is_told_all_the_same()
    {
        ulong entered = _story.Now;
        _story.After(Story.Second).Apply(_conn.Close(_story.Now, Server));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Exited);
        Assert.Equal(EndReason.Closed, socket.End);
        Assert.Equal(entered, socket.EnterKtimeNs);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void A_descriptor_left_open_is_on_the_books_all_the_same()
    {
        _story.Apply(_conn.Fail(_story.Now, error: 104));
        Assert.True(_story.Only(LedgerChangeKind.Exited).DescriptorLeftOpen);
        Assert.Equal(1, _story.Ledger.Count);
    }

    [Fact]
    public void An_event_that_comes_after_the_scan_was_not_lost()
    {
        TcpSocketEvent late = _conn.State;
        _story.After(Story.Millisecond).Scan([_conn]);
        Assert.Equal(1UL, _story.Ledger.Counters.EntriesFoundByScan);
        _story.Forget();
        _story.Apply(late);
        Assert.Empty(_story.Told);
        Assert.Equal(0UL, _story.Ledger.Counters.EntriesFoundByScan);
        Assert.Equal(1, _story.Ledger.Count);
    }

    [Fact]
    public void A_row_stamped_just_before_the_event_is_the_same_entry()
    {
        TcpSocketEvent late = _conn.State;
        TcpSocketEvent row = _conn.Row(late.Event.KtimeNs - 10_000);
        _story.After(Story.Millisecond).Scan([], rows => rows.Row(row)).Forget();
        _story.Apply(late);
        Assert.DoesNotContain(LedgerChangeKind.Exited, _story.Kinds);
        Assert.Equal(1, _story.Ledger.Count);
        Assert.Equal(0UL, _story.Ledger.Counters.ExitsFoundByScan);
    }

    [Fact]
    public void A_lower_bound_becomes_exact_when_the_event_comes_late()
    {
        TcpSocketEvent late = _conn.State;
        Conn unseen = new Conn(1).Silent(0, 5 * Story.Second);
        unseen.State.Event.NewState = TcpState.CloseWait;
        _story.Scan([unseen]);
        Assert.True(_story.Only(LedgerChangeKind.Entered).AgeIsLowerBound);
        _story.Apply(late);
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.False(socket.AgeIsLowerBound);
        Assert.Equal(late.Event.KtimeNs, socket.EnterKtimeNs);
        Assert.Equal(5UL, socket.IdleBeforeFinNs);
        Assert.False(socket.IdleIsInferred);
    }
}
