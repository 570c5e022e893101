// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The server's only thread is stuck: clients wait in the accept queue, give up, and stay there.</summary>
public sealed class NeverAccepted
{
    private static readonly Proc Server = new(1200, "tornado");
    private static readonly Proc Worker = new(1201, "tornado");

    private readonly Story _story = new();
    private readonly Conn _listener = Listener.On(100, "0.0.0.0", 8080, opener: Server.At(3)).WithQueue(3, 128);
    private readonly Conn _conn = new Conn(1).InQueue().Through(100, Server.At(3));

    [Fact]
    public void It_waits_in_its_listeners_queue_and_has_no_holder()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, _conn], rows => rows.Held(_listener, Server, 6).Queued(_conn, _listener));
        TrackedSocket socket = _story.Last;
        Assert.True(socket.InAcceptQueue);
        Assert.Equal(TcpOrigin.Queued, socket.OriginKind);
        Assert.Empty(socket.Holders);
        Assert.NotNull(socket.Listener);
        Assert.Equal(100UL, socket.Listener.Cookie);
        Assert.Equal(3u, socket.Listener.QueueLength);
        Assert.Equal(128u, socket.Listener.QueueLimit);
        Assert.Equal(Server.Key, ProcessKey.Of(socket.Listener.Opener));
        Assert.Equal([Server.Holding(6)], socket.Listener.Holders);
    }

    [Fact]
    public void What_the_listeners_thread_tried_last_is_told_to_those_who_wait()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        LastAccept(Server.At(50, stackId: 7), 0);
        _story.Scan([_listener, _conn], rows => rows.Held(_listener, Server, 6).Queued(_conn, _listener));
        Assert.Equal((7ul, 0), (_story.Last.Listener!.LastAccept.StackId, _story.Last.Listener.LastAcceptResult));
        int told = _story.Told.Count;
        _story.Scan([_listener, _conn], rows => rows.Held(_listener, Server, 6).Queued(_conn, _listener));
        Assert.Equal(told, _story.Told.Count);
        LastAccept(Server.At(60, stackId: 8), -24);
        _story.Scan([_listener, _conn], rows => rows.Held(_listener, Server, 6).Queued(_conn, _listener));
        Assert.Equal(told + 1, _story.Told.Count);
        Assert.Equal((60ul, 8ul, -24), (_story.Last.Listener!.LastAccept.KtimeNs, _story.Last.Listener.LastAccept.StackId, _story.Last.Listener.LastAcceptResult));
    }

    [Fact]
    public void Its_listener_is_known_by_its_cookie_before_any_scan()
    {
        _story.Apply(_conn.Enter(_story.Now));
        ListenerFacts? listener = _story.Only(LedgerChangeKind.Entered).Listener;
        Assert.NotNull(listener);
        Assert.Equal(100UL, listener.Cookie);
        Assert.Equal(0, listener.LocalPort);
        Assert.Equal(Server.Key, ProcessKey.Of(listener.Opener));
        _story.Scan([_listener, _conn]);
        Assert.Equal(8080, _story.Last.Listener!.LocalPort);
    }

    [Fact]
    public void A_queue_row_names_the_listener_where_the_record_does_not()
    {
        Conn twin = Listener.On(101, "0.0.0.0", 8080);
        Conn old = new Conn(2).InQueue().Silent(Story.Second, 2 * Story.Second);
        old.State.Event.NewState = TcpState.CloseWait;
        _story.Scan([_listener, twin, old], rows => rows.Queued(old, twin));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Existing);
        Assert.Equal(101UL, socket.Listener!.Cookie);
        Assert.True(socket.InAcceptQueue);
        Assert.Equal(TcpOrigin.Queued, socket.OriginKind);
    }

    [Fact]
    public void A_queue_row_without_a_cookie_is_joined_within_its_scan()
    {
        Conn twin = Listener.On(101, "0.0.0.0", 8080);
        Conn old = new Conn(2).InQueue();
        old.State.Event.NewState = TcpState.CloseWait;
        TcpQueued queued = old.QueuedRow(101, _story.Now);
        queued.Cookie = 0;
        _story.Scan([_listener, twin, old], rows => rows.Row(queued));
        Assert.Equal(101UL, _story.Last.Listener!.Cookie);
    }

    [Fact]
    public void A_reset_in_the_queue_leaves_no_descriptor()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.Fail(_story.Now, error: 32, TcpRecordFlags.ResetReceived));
        Assert.Equal(LedgerChangeKind.Exited, _story.Told[^1].Kind);
        Assert.Equal(EndReason.ResetByPeer, _story.Last.End);
        Assert.True(_story.Last.InAcceptQueue);
        Assert.False(_story.Last.DescriptorLeftOpen);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void A_listener_that_closes_takes_its_queue_with_it()
    {
        _story.Apply(_conn.Enter(_story.Now));
        _conn.By(Server.At(_story.Now));
        _story.Apply(_conn.Fail(_story.Now, error: 0));
        Assert.Equal(EndReason.ListenerClosed, _story.Last.End);
        Assert.Equal(Server.Key, ProcessKey.Of(_story.Last.Closer));
        Assert.False(_story.Last.DescriptorLeftOpen);
    }

    [Fact]
    public void A_late_accept_ends_the_wait_and_asks_who_holds_it_now()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, _conn], rows => rows.Queued(_conn, _listener)).After(Story.Second).Forget();
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        _conn.InQueue(false).Origin(TcpOrigin.Accept, Worker.At(_story.Now));
        _story.Apply(_conn.Use(_story.Now));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.False(socket.InAcceptQueue);
        Assert.Equal(TcpOrigin.Accept, socket.OriginKind);
        _story.After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Forget();
        _story.Scan([_listener, _conn], rows => rows.Held(_conn, Worker, 9));
        Story.IsHeldBy(_story.Last, Worker.Holding(9));
        Assert.Equal(100UL, _story.Last.Listener!.Cookie);
    }

    [Fact]
    public void A_fuller_queue_is_told_to_those_who_wait_in_it_only()
    {
        Conn accepted = new Conn(2).Through(100, Server.At(3)).Origin(TcpOrigin.Accept, Server.At(4));
        _story.Apply(_conn.Enter(_story.Now)).Apply(accepted.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, _conn, accepted], rows => rows.Held(accepted, Server, 8)).Forget();
        _listener.WithQueue(99, 128);
        _story.After(Story.Millisecond).Scan([_listener, _conn, accepted], rows => rows.Held(accepted, Server, 8));
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.Equal(_conn.Key, socket.Key);
        Assert.Equal(99u, socket.Listener!.QueueLength);
    }

    [Fact]
    public void An_accept_that_no_hook_saw_asks_who_holds_it_now()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, _conn], rows => rows.Queued(_conn, _listener)).After(Story.Second);
        _story.Apply(_conn.InQueue(false).Use(_story.Now)).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void The_listener_of_a_queue_row_stays_when_a_later_scan_has_no_such_row()
    {
        Conn twin = Listener.On(101, "0.0.0.0", 8080);
        Conn old = new Conn(2).InQueue();
        old.State.Event.NewState = TcpState.CloseWait;
        _story.Scan([_listener, twin, old], rows => rows.Queued(old, twin)).After(Story.Second);
        _story.Scan([_listener, old]);
        Assert.Equal(101UL, _story.Books[old.Key].Listener!.Cookie);
    }

    [Fact]
    public void A_row_read_before_the_accept_does_not_undo_it()
    {
        _story.Apply(_conn.Enter(_story.Now));
        _story.Scan([], rows =>
        {
            TcpSocketEvent oldRow = _conn.Row(_story.Now);
            rows.Apply(_conn.InQueue(false).EofReadBy(Worker.At(_story.Now + 1)).Use(_story.Now + 1)).Row(oldRow);
        });
        Assert.False(_story.Books[_conn.Key].InAcceptQueue);
        Assert.Equal(Worker.Key, ProcessKey.Of(_story.Books[_conn.Key].Last.Record.EofRead));
        Assert.Equal(1UL, _story.Ledger.Counters.StaleRows);
    }

    [Fact]
    public void An_event_older_than_a_row_does_not_undo_it()
    {
        _story.Apply(_conn.Enter(_story.Now));
        TcpSocketEvent oldUse = _conn.Use(_story.Now);
        _story.After(Story.Millisecond).Scan([_listener, _conn.InQueue(false)]).Forget();
        _story.Apply(oldUse);
        Assert.Empty(_story.Told);
        Assert.False(_story.Books[_conn.Key].InAcceptQueue);
    }

    private void LastAccept(TcpActor actor, int result) =>
        (_listener.State.Record.LastRead, _listener.State.Record.LastReadResult) = (actor, result);
}
