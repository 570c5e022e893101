// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>An event loop that is stuck in a call of its own accepts nobody; later it wakes up.</summary>
public sealed class BlockedAcceptLoop
{
    private static readonly Proc Server = new(1200, "tornado");

    private readonly Story _story = new();
    private readonly Conn _listener = Listener.On(100, "0.0.0.0", 8080, opener: Server.At(3)).WithQueue(129, 128);
    private readonly Conn _conn = new Conn(1).InQueue().Through(100, Server.At(3));

    public BlockedAcceptLoop()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_listener, _conn], rows => rows.Held(_listener, Server, 6).Queued(_conn, _listener)).After(30 * Story.Second);
    }

    [Fact]
    public void Who_waits_in_the_queue_was_never_accepted() => Assert.Equal([Verdict.NeverAccepted], _story.Verdicts);

    [Fact]
    public void Accepted_late_it_is_unread_then_read_then_closed()
    {
        _conn.InQueue(false).Origin(TcpOrigin.Accept, Server.At(_story.Now));
        _story.Apply(_conn.Use(_story.Now));
        _story.Turned(LedgerChangeKind.Updated, Verdict.NeverAccepted, Verdict.EofNotRead);
        _story.Apply(_conn.EofReadBy(Server.At(_story.Now)).Use(_story.Now));
        _story.Turned(LedgerChangeKind.Updated, Verdict.EofNotRead, Verdict.EofReadNotClosed);
        _story.Apply(_conn.Close(_story.Now, Server));
        _story.Turned(LedgerChangeKind.Exited, Verdict.EofReadNotClosed, Verdict.None);
    }

    [Theory]
    [InlineData(ScanScope.SocketsAndHolders)]
    [InlineData(ScanScope.Sockets)]
    public void An_accept_that_only_a_scan_shows_is_not_taken_for_a_socket_without_holders(ScanScope scope)
    {
        _conn.InQueue(false);
        bool hasHolders = scope == ScanScope.SocketsAndHolders;
        _story.Scan([_listener, _conn], rows => _ = hasHolders ? rows.Held(_conn, Server, 9) : rows, scope);
        Assert.Equal([Verdict.NeverAccepted, Verdict.EofNotRead], _story.Verdicts);
        _story.After(60 * Story.Millisecond);
        Assert.Equal(!hasHolders, _story.Ledger.NeedsHolderScan(_story.Now + Story.Second));
    }

    [Fact]
    public void A_listener_that_is_closed_ends_it_without_a_leak()
    {
        _conn.By(Server.At(_story.Now));
        _story.Apply(_conn.Fail(_story.Now, error: 0));
        _story.Turned(LedgerChangeKind.Exited, Verdict.NeverAccepted, Verdict.None);
        Assert.Equal(1UL, _story.Ledger.Counters.EndsListenerClosed);
    }
}
