// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The tracer starts in the middle of the incident.</summary>
public sealed class ExistedBefore
{
    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Direction(TcpDirection.Unknown).Silent(300 * Story.Second, 365 * Story.Second);

    public ExistedBefore() => _conn.State.Event.NewState = TcpState.CloseWait;

    [Fact]
    public void It_is_listed_once_with_holders_and_a_lower_bound_of_its_age()
    {
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 5));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Existing);
        Assert.True(socket.AgeIsLowerBound);
        Assert.Equal(_story.Now - 300 * Story.Second, socket.EnterKtimeNs);
        Assert.True(socket.HasIdleBeforeFin);
        Assert.True(socket.IdleIsInferred);
        Assert.Equal(65 * Story.Second, socket.IdleBeforeFinNs);
        Assert.Equal(TcpOrigin.Existed, socket.OriginKind);
        Story.IsHeldBy(socket, Server.Holding(5));
        Assert.Equal(0UL, _story.Ledger.Counters.EntriesFoundByScan);
        Assert.False(_story.After(Story.Second).Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void Its_next_age_is_the_next_power_of_two()
    {
        _story.Scan([_conn]).After(200 * Story.Second);
        Assert.DoesNotContain(LedgerChangeKind.Aged, _story.Kinds);
        _story.After(12 * Story.Second);
        Assert.Equal(LedgerChangeKind.Aged, _story.Told[^1].Kind);
    }

    [Fact]
    public void Five_thousand_of_three_processes_are_listed_with_the_right_holders()
    {
        Proc[] processes = [new(1000, "a"), new(2000, "b"), new(3000, "c")];
        Conn[] conns = [.. Enumerable.Range(1, 5000).Select(cookie => new Conn((ulong)cookie).Silent(Story.Second, Story.Second))];
        foreach (Conn conn in conns)
            conn.State.Event.NewState = TcpState.CloseWait;
        _story.Scan(conns, rows =>
        {
            for (int index = 0; index < conns.Length; index++)
                rows.Held(conns[index], processes[index % 3], (uint)index);
        });
        Assert.Equal(5000, _story.Told.Count);
        for (int index = 0; index < conns.Length; index++)
            Assert.Equal([processes[index % 3].Holding((uint)index)], _story.Books[conns[index].Key].Holders);
        Assert.Equal(processes.Select(process => process.Key).ToHashSet(), _story.Ledger.HolderProcesses.ToHashSet());
    }

    [Fact]
    public void An_age_that_no_clock_explains_is_not_believed()
    {
        _conn.NeverUsedTimes();
        _story.Scan([_conn]);
        TrackedSocket socket = _story.Only(LedgerChangeKind.Existing);
        Assert.Equal(_story.Now, socket.EnterKtimeNs);
        Assert.True(socket.AgeIsLowerBound);
        Assert.False(socket.HasIdleBeforeFin);
    }

    [Fact]
    public void Data_sent_after_the_FIN_leaves_the_idle_time_unknown()
    {
        _conn.State.Record.LastSendKtimeNs = _story.Now - 400 * Story.Second;
        _story.Scan([_conn]);
        Assert.False(_story.Last.HasIdleBeforeFin);
    }

    [Fact]
    public void A_keepalive_that_may_have_been_answered_leaves_the_idle_time_unknown()
    {
        _conn.State.Event.Flags |= TcpEventFlags.Probed;
        _story.Scan([_conn]);
        Assert.False(_story.Last.HasIdleBeforeFin);
        Assert.Equal(_story.Now - 300 * Story.Second, _story.Last.EnterKtimeNs);
    }

    [Fact]
    public void Data_newer_than_the_last_segment_leaves_the_idle_time_unknown()
    {
        _conn.Silent(300 * Story.Second, 200 * Story.Second);
        _story.Scan([_conn]);
        Assert.False(_story.Last.HasIdleBeforeFin);
    }

    [Fact]
    public void A_later_keepalive_does_not_make_it_younger()
    {
        _story.Scan([_conn]);
        ulong entered = _story.Last.EnterKtimeNs;
        _story.After(Story.Second).Scan([_conn.Silent(0, 366 * Story.Second)]);
        Assert.Equal(entered, _story.Books[_conn.Key].EnterKtimeNs);
    }

    [Fact]
    public void Its_first_user_is_its_origin_of_the_kind_existed()
    {
        _story.Scan([_conn]).After(Story.Second).Forget();
        _conn.Origin(TcpOrigin.Existed, Server.At(_story.Now)).EofReadBy(Server.At(_story.Now));
        _story.Apply(_conn.Use(_story.Now));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.Equal(TcpOrigin.Existed, socket.OriginKind);
        Assert.Equal(Server.Key, ProcessKey.Of(socket.Last.Record.Origin));
        Assert.True(socket.AgeIsLowerBound);
    }

    [Fact]
    public void Unread_bytes_and_sends_that_a_scan_sees_are_told()
    {
        _story.Scan([_conn]).After(Story.Second).Forget();
        _conn.State.Record.LastSendKtimeNs = _story.Now;
        _conn.State.Event.UnsentBytes = 4096;
        _story.Scan([_conn]);
        Assert.Equal(4096u, _story.Only(LedgerChangeKind.Updated).Last.Event.UnsentBytes);
    }

    [Fact]
    public void Its_end_before_the_first_scan_is_told_and_no_row_brings_it_back()
    {
        TcpSocketEvent oldRow = _conn.Row(_story.Now + 1);
        _story.Scan([], rows => rows.Apply(_conn.Close(rows.Now, Server)).Row(oldRow));
        Assert.True(_story.Only(LedgerChangeKind.Exited).AgeIsLowerBound);
        Assert.Equal(0, _story.Ledger.Count);
        Assert.Equal(1UL, _story.Ledger.Counters.StaleRows);
    }

    [Fact]
    public void Its_end_before_the_scan_is_over_is_told_without_a_beginning()
    {
        _story.Scan([_conn], rows => rows.Apply(_conn.Close(rows.Now, Server)));
        Assert.Equal(EndReason.Closed, _story.Only(LedgerChangeKind.Exited).End);
    }

    [Fact]
    public void It_does_not_age_before_it_was_told()
    {
        _story.Scan([_conn], rows => rows.After(300 * Story.Second));
        Assert.Equal([LedgerChangeKind.Existing], _story.Kinds);
    }

    [Fact]
    public void A_direction_learned_late_takes_the_guessed_listener_back()
    {
        _story.Scan([Listener.On(100, "0.0.0.0", 8080), _conn]).After(Story.Second);
        Assert.Equal(TcpDirection.Inbound, _story.Books[_conn.Key].Direction);
        _story.Apply(_conn.Direction(TcpDirection.Outbound).Use(_story.Now));
        Assert.Equal(TcpDirection.Outbound, _story.Books[_conn.Key].Direction);
        Assert.Null(_story.Books[_conn.Key].Listener);
    }
}
