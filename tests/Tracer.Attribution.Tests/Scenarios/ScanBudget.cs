// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>Scans are asked for as often as they are cheap.</summary>
public sealed class ScanBudget
{
    private readonly Story _story = new();

    [Theory]
    [InlineData(0, 90)] // all the time since its begin
    [InlineData(2, 18)] // the scan's own share, as the caller measured it
    public void A_scan_is_followed_by_nine_times_its_cost_of_quiet(ulong costMs, ulong quietMs)
    {
        Conn[] conns = [new(1), new(2)];
        _story.Apply(conns[0].Enter(_story.Now)).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Ledger.BeginScan(_story.Now, ScanScope.SocketsAndHolders);
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Apply(conns[1].Enter(_story.Now + 1)).After(10 * Story.Millisecond);
        _story.Row(conns[0].Row(_story.Now)).Row(conns[1].Row(_story.Now));
        _story.Ledger.EndScan(_story.Now, costMs * Story.Millisecond);
        // The second entered during the scan and has settled by the time the quiet is over, or soon after.
        ulong end = _story.Now;
        _story.After(100 * Story.Millisecond);
        Assert.False(_story.Ledger.NeedsHolderScan(end + quietMs * Story.Millisecond - 1));
        Assert.True(_story.Ledger.NeedsHolderScan(end + quietMs * Story.Millisecond));
    }

    [Fact]
    public void A_socket_that_entered_during_the_scan_keeps_asking()
    {
        Conn conn = new(1);
        _story.Scan([], rows => rows.Apply(conn.Enter(rows.Now)).Held(conn, new Proc(1, "a"), 3));
        Assert.Equal(0UL, _story.Books[conn.Key].HoldersKtimeNs);
        _story.After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Scan([conn]);
        Assert.False(_story.After(Story.Second).Ledger.NeedsHolderScan(_story.Now));
    }

    [Fact]
    public void A_socket_that_closes_stops_asking()
    {
        Conn conn = new(1);
        _story.Apply(conn.Enter(_story.Now)).After(60 * Story.Millisecond);
        Assert.True(_story.Ledger.NeedsHolderScan(_story.Now));
        _story.Apply(conn.Close(_story.Now, new Proc(1, "a")));
        Assert.False(_story.Ledger.NeedsHolderScan(_story.Now));
    }
}
