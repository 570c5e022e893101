// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The application read the end and kept the descriptor; then the peer resets: ss shows nothing any more, the leak stays.</summary>
public sealed class ResetAfterEof
{
    private static readonly Proc Server = new(1000, "game-server");

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    public ResetAfterEof()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.EofReadBy(Server.At(_story.Now)).Use(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 5)).After(Story.Second).Forget();
    }

    [Theory]
    [InlineData(104, TcpRecordFlags.None)]
    [InlineData(32, TcpRecordFlags.None)]
    [InlineData(111, TcpRecordFlags.None)]
    [InlineData(0, TcpRecordFlags.ResetReceived)]
    public void The_descriptor_stays_on_the_books(byte error, TcpRecordFlags flags)
    {
        _story.Apply(_conn.Fail(_story.Now, error, flags));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Exited);
        Assert.Equal(EndReason.ResetByPeer, socket.End);
        Assert.True(socket.DescriptorLeftOpen);
        Assert.False(socket.InCloseWait);
        Assert.False(socket.IsDropped);
        Assert.Equal(1, _story.Ledger.Count);
        Assert.Equal((0UL, 1UL), (_story.Ledger.Counters.Tracked, _story.Ledger.Counters.LeftOpen));
        Story.IsHeldBy(socket, Server.Holding(5));
    }

    [Fact]
    public void It_is_released_when_the_descriptor_is_closed()
    {
        Reset();
        _story.After(Story.Second).Apply(_conn.Release(_story.Now, Server));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Released);
        Assert.False(socket.DescriptorLeftOpen);
        Assert.Equal(EndReason.ResetByPeer, socket.End);
        Assert.Equal(Server.Key, ProcessKey.Of(socket.Closer));
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void It_is_released_when_scans_no_longer_find_it()
    {
        Reset();
        _story.After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([], rows => rows.Held(_conn, Server, 5));
        Assert.Empty(_story.Told);
        Assert.Equal(1, _story.Ledger.Count);
        _story.After(Story.Second).Scan([]);
        Assert.Empty(_story.Only(LedgerChangeKind.Updated).Holders);
        _story.After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([]);
        Assert.Empty(_story.Only(LedgerChangeKind.Released).Holders);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void A_descriptor_that_one_scan_passed_by_is_not_released()
    {
        Proc receiver = new(2000, "receiver");
        Reset();
        _story.After(60 * Story.Millisecond).Scan([]).After(60 * Story.Millisecond);
        _story.Scan([], rows => rows.Held(_conn, receiver, 5));
        Story.IsHeldBy(_story.Books[_conn.Key], receiver.Holding(5));
        _story.After(Story.Second).Scan([]);
        Assert.Equal(1, _story.Ledger.Count);
    }

    [Fact]
    public void A_scan_that_began_before_the_reset_releases_nothing()
    {
        _story.Scan([_conn], rows => rows.Apply(_conn.Fail(rows.Now, error: 104)));
        Assert.Equal(LedgerChangeKind.Exited, _story.Told[^1].Kind);
        Assert.Equal(1, _story.Ledger.Count);
    }

    [Fact]
    public void A_scan_of_sockets_alone_releases_nothing()
    {
        Reset();
        _story.After(Story.Second).Scan([], scope: ScanScope.Sockets);
        Assert.Equal(1, _story.Ledger.Count);
    }

    [Fact]
    public void A_scan_with_too_many_holders_to_keep_releases_nothing()
    {
        Story story = new(new LedgerOptions { MaxHolders = 1 });
        Conn other = new(2);
        story.Apply(_conn.Enter(story.Now)).Apply(_conn.Fail(story.Now, error: 104)).After(Story.Second);
        story.Scan([other], rows => rows.Held(other, Server, 6).Held(_conn, Server, 5));
        Assert.Equal(1, story.Ledger.Count);
        Assert.Equal(1UL, story.Ledger.Counters.RefusedHolders);
    }

    [Fact]
    public void The_end_of_its_last_holder_is_confirmed_by_scans()
    {
        Reset();
        _story.Exits(Server);
        Assert.Empty(_story.Only(LedgerChangeKind.Updated).Holders);
        _story.After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([]).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([]);
        Assert.Equal(LedgerChangeKind.Released, _story.Told[^1].Kind);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void A_child_that_was_forked_meanwhile_still_holds_it()
    {
        Proc child = new(1001, "game-server", 9_000);
        Reset();
        _story.Exits(Server).After(60 * Story.Millisecond).Scan([], rows => rows.Held(_conn, child, 5));
        Story.IsHeldBy(_story.Books[_conn.Key], child.Holding(5));
    }

    [Fact]
    public void It_ages_no_more()
    {
        Reset();
        _story.After(10 * Story.Second);
        Assert.Empty(_story.Told);
    }

    [Fact]
    public void It_is_told_again_after_a_loss_downstream()
    {
        Reset();
        int cursor = 0;
        Assert.True(_story.Ledger.Replay(ref cursor, int.MaxValue));
        Assert.True(_story.Only(LedgerChangeKind.Existing).DescriptorLeftOpen);
    }

    [Fact]
    public void A_reset_of_an_orphan_leaves_nothing_open()
    {
        _conn.State.Event.Flags = TcpEventFlags.Orphan | TcpEventFlags.NoSocket;
        Reset(expectKept: false);
        Assert.Equal(0, _story.Ledger.Count);
    }

    private void Reset(bool expectKept = true)
    {
        _story.Apply(_conn.Fail(_story.Now, error: 104, TcpRecordFlags.ResetReceived));
        Assert.Equal(expectKept, _story.Only(LedgerChangeKind.Exited).DescriptorLeftOpen);
    }
}
