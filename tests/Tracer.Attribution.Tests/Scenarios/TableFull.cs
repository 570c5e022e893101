// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>More sockets than the configured bounds.</summary>
public sealed class TableFull
{
    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new(new LedgerOptions { MaxSockets = 2, MaxLeftOpen = 1, MaxListeners = 1, MaxTombstones = 1 });
    private readonly Conn[] _conns = [new(1), new(2), new(3)];

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        foreach (Conn conn in _conns)
            _story.Apply(conn.Enter(_story.Now));
        Assert.Equal(2, _story.Ledger.Count);
        Assert.Equal(1UL, _story.Ledger.Counters.RefusedSockets);
        Assert.Equal([1UL, 2UL], _story.Books.Keys.Select(key => key.Cookie).Order());
    }

    [Fact]
    public void The_end_of_a_refused_socket_is_told()
    {
        foreach (Conn conn in _conns)
            _story.Apply(conn.Enter(_story.Now));
        _story.Forget();
        _story.Apply(_conns[2].Close(_story.Now, Server));
        Assert.Equal(3UL, _story.Only(LedgerChangeKind.Exited).Key.Cookie);
        Assert.Equal(2, _story.Ledger.Count);
    }

    [Fact]
    public void A_use_of_a_refused_socket_asks_for_nothing()
    {
        foreach (Conn conn in _conns)
            _story.Apply(conn.Enter(_story.Now));
        _story.Apply(_conns[2].Use(_story.Now));
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void A_scan_takes_it_in_once_there_is_room()
    {
        _story.Scan([]);
        foreach (Conn conn in _conns)
            _story.Apply(conn.Enter(_story.Now));
        _story.After(Story.Second).Scan(_conns);
        Assert.Equal(2UL, _story.Ledger.Counters.RefusedSockets);
        _story.Apply(_conns[0].Close(_story.Now, Server)).After(Story.Second).Scan(_conns[1..]);
        Assert.Equal([2UL, 3UL], _story.Books.Keys.Select(key => key.Cookie).Order());
    }

    [Fact]
    public void What_is_left_open_has_its_own_bound()
    {
        _story.Apply(_conns[0].Enter(_story.Now)).Apply(_conns[0].Fail(_story.Now, error: 104));
        _story.Apply(_conns[1].Enter(_story.Now)).Apply(_conns[1].Fail(_story.Now, error: 104));
        Assert.True(_story.Last.DescriptorLeftOpen);
        Assert.True(_story.Last.IsDropped);
        Assert.Equal(1, _story.Ledger.Count);
        Assert.Equal(1UL, _story.Ledger.Counters.RefusedLeftOpen);
        Assert.Equal([_conns[0].Key], _story.Books.Keys);
    }

    [Fact]
    public void Listeners_have_a_bound()
    {
        _story.Scan([Listener.On(100, "0.0.0.0", 1), Listener.On(101, "0.0.0.0", 2)]);
        Assert.Equal(1UL, _story.Ledger.Counters.Listeners);
        Assert.Equal(1UL, _story.Ledger.Counters.RefusedListeners);
        _story.Apply(_conns[0].Through(102).Enter(_story.Now));
        Assert.Null(_story.Last.Listener);
        Assert.Equal(2UL, _story.Ledger.Counters.RefusedListeners);
    }

    [Fact]
    public void Queue_rows_have_a_bound()
    {
        _story.Scan([], rows =>
        {
            foreach (Conn conn in _conns)
                rows.Row(conn.QueuedRow(100, _story.Now));
        });
        Assert.Equal(1UL, _story.Ledger.Counters.RefusedQueued);
    }

    [Fact]
    public void Endings_that_could_not_be_remembered_raise_no_ghost()
    {
        _story.Apply(_conns[0].Enter(_story.Now)).Apply(_conns[1].Enter(_story.Now));
        TcpSocketEvent oldRow = _conns[1].Row(_story.Now + 1);
        _story.Scan([], rows => rows
            .Apply(_conns[0].Close(rows.Now, Server)).Apply(_conns[1].Close(rows.Now, Server)).Row(oldRow));
        Assert.Equal(0, _story.Ledger.Count);
        Assert.Equal(1UL, _story.Ledger.Counters.RefusedTombstones);
    }

    [Fact]
    public void Holders_stay_known_when_a_scan_has_too_many_rows_to_keep()
    {
        Story story = new(new LedgerOptions { MaxHolders = 1 });
        story.Apply(_conns[0].Enter(story.Now)).Apply(_conns[1].Enter(story.Now)).After(60 * Story.Millisecond);
        story.Scan(_conns[..2], rows => rows.Held(_conns[0], Server, 5).Held(_conns[1], Server, 6)).After(Story.Second);
        Story.IsHeldBy(story.Books[_conns[0].Key], Server.Holding(5));
        Assert.Equal(0UL, story.Books[_conns[1].Key].HoldersKtimeNs);
        Assert.False(story.Ledger.NeedsHolderScan(story.Now));
        story.Scan(_conns[..2], rows => rows.Held(_conns[1], Server, 6).Held(_conns[0], Server, 5));
        Story.IsHeldBy(story.Books[_conns[0].Key], Server.Holding(5));
        Story.IsHeldBy(story.Books[_conns[1].Key], Server.Holding(6));
        Assert.Equal(2UL, story.Ledger.Counters.RefusedHolders);
    }
}
