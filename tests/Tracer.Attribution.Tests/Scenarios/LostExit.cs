// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The ring was full when the socket left CLOSE_WAIT.</summary>
public sealed class LostExit
{
    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    public LostExit()
    {
        _story.Scan([]).Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Server, 5)).After(Story.Second).Forget();
    }

    [Fact]
    public void A_scan_misses_it_and_nobody_knows_why_it_ended()
    {
        _story.Scan([]);
        TrackedSocket socket = _story.Only(LedgerChangeKind.Exited);
        Assert.Equal(EndReason.Unknown, socket.End);
        Assert.Equal(_story.Now, socket.EndKtimeNs);
        Assert.False(socket.HasCloser);
        Assert.False(socket.DescriptorLeftOpen);
        Assert.Equal(1UL, _story.Ledger.Counters.ExitsFoundByScan);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void A_descriptor_that_is_still_there_keeps_it_on_the_books()
    {
        _story.Scan([], rows =>
        {
            _conn.Fail(_story.Now, error: 104);
            rows.Held(_conn, Server, 5);
        });
        TrackedSocket socket = _story.Only(LedgerChangeKind.Exited);
        Assert.Equal(EndReason.Unknown, socket.End);
        Assert.True(socket.DescriptorLeftOpen);
        Story.IsHeldBy(socket, Server.Holding(5));
    }

    [Fact]
    public void A_descriptor_row_that_shows_it_in_CLOSE_WAIT_keeps_it_alive()
    {
        _story.Scan([], rows => rows.Held(_conn, Server, 5));
        Assert.Empty(_story.Told);
        Assert.True(_story.Books[_conn.Key].InCloseWait);
    }

    [Fact]
    public void An_abandoned_scan_ends_nothing()
    {
        _story.Ledger.BeginScan(_story.Now, ScanScope.SocketsAndHolders);
        _story.Ledger.CoverNetns(Conn.HostNetns);
        _story.Ledger.AbandonScan();
        Assert.Empty(_story.Told);
        Assert.Equal(1, _story.Ledger.Count);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.After(2 * Story.Second);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void Rows_outside_a_scan_are_ignored()
    {
        Conn other = new(2);
        other.State.Event.NewState = TcpState.CloseWait;
        ulong before = _story.Ledger.Counters.Irrelevant;
        _story.Row(other.Row(_story.Now)).Row(other.HolderRow(Server, 6, _story.Now)).Row(other.QueuedRow(100, _story.Now));
        Assert.Equal(3UL, _story.Ledger.Counters.Irrelevant - before);
        Assert.Equal(1, _story.Ledger.Count);
    }

    [Fact]
    public void Entering_again_proves_the_end_that_was_lost()
    {
        _conn.State.Event.NewState = TcpState.Established;
        _story.Apply(_conn.Enter(_story.Now));
        Assert.Equal([LedgerChangeKind.Exited, LedgerChangeKind.Entered], _story.Kinds);
        Assert.Equal(EndReason.Unknown, _story.Told[0].Socket.End);
        Assert.Equal(_story.Now, _story.Last.EnterKtimeNs);
    }

    [Fact]
    public void A_release_proves_the_end_that_was_lost()
    {
        _conn.State.Record.Flags |= TcpRecordFlags.ResetReceived;
        _story.Apply(_conn.Release(_story.Now, Server));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Exited);
        Assert.Equal(EndReason.ResetByPeer, socket.End);
        Assert.Equal(Server.Key, ProcessKey.Of(socket.Closer));
        Assert.False(socket.DescriptorLeftOpen);
        Assert.Equal(0, _story.Ledger.Count);
    }
}
