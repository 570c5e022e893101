// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The peer leaves, the server reads the end and forgets to close.</summary>
public sealed class LeakingServer
{
    private static readonly Proc Server = new(1200, "game-server");

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Origin(TcpOrigin.Accept, Server.At(5));

    [Fact]
    public void The_entry_is_told_at_once_with_its_exact_time()
    {
        _story.Apply(_conn.Enter(_story.Now, idleNs: 65 * Story.Second));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Entered);
        Assert.Equal(_story.Now, socket.EnterKtimeNs);
        Assert.False(socket.AgeIsLowerBound);
        Assert.True(socket.HasIdleBeforeFin);
        Assert.False(socket.IdleIsInferred);
        Assert.Equal(65 * Story.Second, socket.IdleBeforeFinNs);
        Assert.True(socket.InCloseWait);
        Assert.False(socket.InAcceptQueue);
        Assert.Equal(TcpOrigin.Accept, socket.OriginKind);
        Assert.Equal(0UL, socket.HoldersKtimeNs);
        Assert.Empty(socket.Holders);
    }

    [Fact]
    public void Its_age_is_told_in_powers_of_two()
    {
        ulong entered = _story.Now;
        _story.Apply(_conn.Enter(entered));
        _story.Forget();
        List<ulong> ages = [];
        for (int tenth = 1; tenth <= 170; tenth++)
        {
            _story.After(Story.Second / 10);
            if (_story.Told.Count > 0)
                ages.Add((_story.Now - entered) / Story.Second);
            _story.Forget();
        }
        Assert.Equal([1UL, 2UL, 4UL, 8UL, 16UL], ages);
    }

    [Fact]
    public void A_clock_that_jumps_tells_one_age_not_all()
    {
        _story.Apply(_conn.Enter(_story.Now));
        _story.Forget();
        _story.After(100 * Story.Second);
        Assert.Equal([LedgerChangeKind.Aged], _story.Kinds);
        _story.After(27 * Story.Second);
        Assert.Single(_story.Told);
        _story.After(1 * Story.Second);
        Assert.Equal(2, _story.Told.Count);
    }

    [Fact]
    public void The_end_of_file_is_told_when_it_is_read()
    {
        _story.Apply(_conn.Enter(_story.Now)).Forget();
        _story.After(Story.Millisecond).Apply(_conn.EofReadBy(Server.At(_story.Now, tid: 1203)).Use(_story.Now));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.Equal(1203u, socket.Last.Record.EofRead.Tid);
        Assert.Equal(0u, socket.Last.Event.UnreadBytes);
    }

    [Fact]
    public void A_use_that_shows_nothing_new_is_not_told()
    {
        _story.Apply(_conn.Enter(_story.Now)).Forget();
        _story.After(Story.Millisecond).Apply(_conn.Use(_story.Now));
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void A_scan_names_its_holder()
    {
        _story.Apply(_conn.Enter(_story.Now)).Forget();
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.After(49 * Story.Millisecond);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.After(2 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        ulong scanned = _story.Now;
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 17));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Story.IsHeldBy(socket, Server.Holding(17));
        Assert.Equal(scanned, socket.HoldersKtimeNs);
        Assert.False(_story.After(Story.Second).Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void A_scan_that_finds_nothing_new_tells_nothing()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 17)).Forget();
        _story.After(10 * Story.Millisecond).Scan([_conn], rows => rows.Held(_conn, Server, 17));
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void No_holder_is_told_once_as_none()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond).Forget();
        _story.Scan([_conn]);
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.Empty(socket.Holders);
        Assert.NotEqual(0UL, socket.HoldersKtimeNs);
    }

    [Fact]
    public void Every_socket_is_told_again_after_a_loss_downstream()
    {
        Conn other = new(2);
        _story.Apply(_conn.Enter(_story.Now)).Apply(other.Enter(_story.Now)).Forget();
        int cursor = 0;
        Assert.True(_story.Ledger.Replay(ref cursor, int.MaxValue));
        Assert.Equal([LedgerChangeKind.Existing, LedgerChangeKind.Existing], _story.Kinds);
        Assert.Equal([_conn.Key, other.Key], _story.Told.Select(told => told.Socket.Key).Order(Comparer<SocketKey>.Create((a, b) => a.Cookie.CompareTo(b.Cookie))));
    }
}
