// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>shutdown(SHUT_WR) in CLOSE_WAIT ends the connection and leaves the descriptor.</summary>
public sealed class ShutdownThenClose
{
    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new();
    private readonly Conn _conn = new(1);

    [Fact]
    public void The_descriptor_is_open_until_close()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.ShutDown(_story.Now, Server));
        Assert.Equal(EndReason.Closed, _story.Last.End);
        Assert.Equal(Server.Key, ProcessKey.Of(_story.Last.Closer));
        Assert.True(_story.Last.DescriptorLeftOpen);
        _story.Turned(LedgerChangeKind.Exited, Verdict.EofNotRead, Verdict.ShutdownButOpen);
        Assert.Equal(1, _story.Ledger.Count);
        _story.After(Story.Second).Apply(_conn.Release(_story.Now, Server));
        _story.Turned(LedgerChangeKind.Released, Verdict.ShutdownButOpen, Verdict.None);
        Assert.Equal(0, _story.Ledger.Count);
    }

    [Fact]
    public void Without_a_hook_for_that_close_two_scans_tell()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.ShutDown(_story.Now, Server)).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([]).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([]);
        Assert.Equal(LedgerChangeKind.Released, _story.Told[^1].Kind);
        Assert.False(_story.After(Story.Second).Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void A_disconnect_by_connect_to_nowhere_leaves_the_descriptor_too()
    {
        _story.Apply(_conn.Enter(_story.Now));
        _conn.By(Server.At(_story.Now));
        _story.Apply(_conn.Fail(_story.Now, error: 0));
        Assert.Equal(EndReason.Closed, _story.Last.End);
        Assert.True(_story.Last.DescriptorLeftOpen);
    }

    [Fact]
    public void A_socket_that_connects_again_enters_again()
    {
        _story.Apply(_conn.Enter(_story.Now)).Apply(_conn.ShutDown(_story.Now, Server)).After(Story.Second).Forget();
        _conn.State.Event.NewState = TcpState.Established;
        _story.Apply(_conn.Enter(_story.Now));
        Assert.Equal([LedgerChangeKind.Released, LedgerChangeKind.Entered], _story.Kinds);
        Assert.Equal((1UL, 0UL), (_story.Ledger.Counters.Tracked, _story.Ledger.Counters.LeftOpen));
    }
}
