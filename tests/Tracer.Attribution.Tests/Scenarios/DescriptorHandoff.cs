// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>The acceptor passes the descriptor over a unix socket (SCM_RIGHTS) and ends: the receiver holds it.</summary>
public sealed class DescriptorHandoff
{
    private static readonly Proc Acceptor = new(1000, "frontend");
    private static readonly Proc Receiver = new(2000, "backend");

    private readonly Story _story = new();
    private readonly Conn _conn = new Conn(1).Origin(TcpOrigin.Accept, Acceptor.At(5));

    public DescriptorHandoff()
    {
        _story.Apply(_conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        _story.Scan([_conn], rows => rows.Held(_conn, Acceptor, 7)).After(Story.Second).Forget();
    }

    [Fact]
    public void The_acceptor_goes_from_the_holders_when_it_ends_and_a_scan_is_wanted()
    {
        _story.Exits(Acceptor);
        TrackedSocket socket = _story.Only(LedgerChangeKind.Updated);
        Assert.Empty(socket.Holders);
        Assert.Equal(Acceptor.Key, ProcessKey.Of(socket.Last.Record.Origin));
        _story.After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void The_receiver_is_the_holder_after_the_next_scan()
    {
        _story.Exits(Acceptor).After(60 * Story.Millisecond).Forget();
        _story.Scan([_conn], rows => rows.Held(_conn, Receiver, 12));
        Story.IsHeldBy(_story.Only(LedgerChangeKind.Updated), Receiver.Holding(12));
    }

    [Fact]
    public void A_read_by_a_process_that_is_no_known_holder_asks_for_a_scan()
    {
        _story.Apply(_conn.EofReadBy(Receiver.At(_story.Now)).Use(_story.Now)).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void A_read_by_a_known_holder_does_not()
    {
        _story.Apply(_conn.EofReadBy(Acceptor.At(_story.Now)).Use(_story.Now)).After(60 * Story.Millisecond);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void Descriptors_met_after_the_end_of_their_process_do_not_count()
    {
        _story.Exits(Acceptor).Forget();
        _story.Scan([_conn], rows => rows.Held(_conn, Acceptor, 7).Held(_conn, Receiver, 12));
        Story.IsHeldBy(_story.Last, Receiver.Holding(12));
    }

    [Fact]
    public void A_process_that_ends_during_the_scan_is_not_among_its_holders()
    {
        _story.Scan([_conn], rows => rows.Held(_conn, Acceptor, 7).Held(_conn, Receiver, 12).Exits(Acceptor));
        Story.IsHeldBy(_story.Books[_conn.Key], Receiver.Holding(12));
    }

    [Fact]
    public void The_end_of_a_process_without_sockets_changes_nothing()
    {
        _story.Exits(Receiver);
        Assert.Empty(_story.Told);
        Assert.Contains(Acceptor.Key, _story.Ledger.HolderProcesses);
        Assert.DoesNotContain(Receiver.Key, _story.Ledger.HolderProcesses);
    }

    [Fact]
    public void An_end_of_file_read_elsewhere_asks_even_if_a_holder_read_last()
    {
        _conn.EofReadBy(Receiver.At(_story.Now));
        _conn.State.Record.LastRead = Acceptor.At(_story.Now + 1);
        _story.Apply(_conn.Use(_story.Now + 1)).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void A_user_from_before_the_last_scan_does_not_ask_again()
    {
        _conn.State.Record.LastRead = Receiver.At(_story.Now - 2 * Story.Second);
        _story.Apply(_conn.Use(_story.Now)).After(60 * Story.Millisecond);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
    }
}
