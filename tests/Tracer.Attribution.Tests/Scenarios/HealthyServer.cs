// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The server closes right after the end of file: nothing to find, and nothing kept.</summary>
public sealed class HealthyServer
{
    private static readonly Proc Server = new(1200, "httpd");

    private readonly Story _story = new();

    [Fact]
    public void The_closer_is_named_and_the_books_are_empty_again()
    {
        Conn conn = new(1);
        ulong entered = _story.Now;
        _story.Apply(conn.Enter(entered)).After(20_000).Apply(conn.Close(_story.Now, Server));
        Assert.Equal([LedgerChangeKind.Entered, LedgerChangeKind.Exited], _story.Kinds);
        TrackedSocket socket = _story.Last;
        Assert.Equal(EndReason.Closed, socket.End);
        Assert.Equal(entered + 20_000, socket.EndKtimeNs);
        Assert.True(socket.HasCloser);
        Assert.Equal(Server.Key, ProcessKey.Of(socket.Closer));
        Assert.False(socket.InCloseWait);
        Assert.False(socket.DescriptorLeftOpen);
        Assert.Equal(0, _story.Ledger.Count);
        Assert.Empty(_story.Books);
    }

    [Fact]
    public void Closing_with_unread_data_is_a_close_too()
    {
        Conn conn = new(1);
        _story.Apply(conn.Enter(_story.Now)).Apply(conn.Close(_story.Now, Server, newState: TcpState.Close));
        Assert.Equal(EndReason.Closed, _story.Last.End);
        Assert.Equal(Server.Key, ProcessKey.Of(_story.Last.Closer));
        Assert.False(_story.Last.DescriptorLeftOpen);
    }

    [Fact]
    public void A_pending_error_does_not_hide_who_closed()
    {
        Conn conn = new(1);
        conn.State.Event.SockError = 113;
        _story.Apply(conn.Enter(_story.Now)).Apply(conn.Close(_story.Now, Server, newState: TcpState.Close));
        Assert.Equal(EndReason.Closed, _story.Last.End);
    }

    [Fact]
    public void Nobody_asks_for_a_scan_because_of_sockets_that_close_in_time()
    {
        for (ulong cookie = 1; cookie <= 100; cookie++)
        {
            Conn conn = new(cookie);
            _story.Apply(conn.Enter(_story.Now)).After(Story.Millisecond).Apply(conn.Close(_story.Now, Server));
            Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        }
        _story.After(Story.Second);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        Assert.DoesNotContain(LedgerChangeKind.Aged, _story.Kinds);
    }

    [Fact]
    public void Whoever_happened_to_run_when_it_ended_is_not_its_closer()
    {
        Conn conn = new(1);
        _story.Apply(conn.Enter(_story.Now));
        TcpSocketEvent exit = conn.Close(_story.Now, Server);
        exit.Event.OwnerSource = TcpOwnerSource.Recorded;
        _story.Apply(exit);
        Assert.Equal(EndReason.Closed, _story.Last.End);
        Assert.False(_story.Last.HasCloser);
        Assert.Equal(0u, _story.Last.Closer.Pid);
    }

    [Fact]
    public void Where_no_task_is_ever_named_a_close_may_be_the_end_of_its_process()
    {
        Story story = new(new LedgerOptions { KnowsTasks = false });
        Conn conn = new(1);
        story.Apply(conn.Enter(story.Now));
        TcpSocketEvent exit = conn.Close(story.Now, Server);
        exit.Event.OwnerSource = TcpOwnerSource.Recorded;
        story.Apply(exit);
        Assert.Equal(EndReason.Unknown, story.Last.End);
    }
}
