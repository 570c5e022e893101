// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Scenarios;

/// <summary>Each way to leave CLOSE_WAIT has its counter, also for sockets whose begin nobody saw.</summary>
public sealed class EndsAreCounted
{
    private static readonly Proc Server = new(1000, "server");

    private readonly Story _story = new();
    private ulong _cookies;

    private LedgerCounters Counters => _story.Ledger.Counters;

    [Fact]
    public void Each_reason_counts_once_and_apart()
    {
        ulong now = _story.Now;
        Conn queued = Entered();
        queued.InQueue().By(Server.At(now));
        _story.Apply(Entered().Close(now, Server)).Apply(Entered().Close(now, Server)).Apply(Entered().ShutDown(now, Server))
            .Apply(Entered().Close(now, Server, isExiting: true)).Apply(Entered().Fail(now, 104)).Apply(Entered().Fail(now, 110))
            .Apply(Entered().Fail(now, 103)).Apply(queued.Fail(now, 0)).Apply(Entered().Fail(now, 0));
        Assert.Equal(
            (2UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL, 1UL),
            (Counters.EndsClosed, Counters.EndsShutDown, Counters.EndsProcessExit, Counters.EndsReset, Counters.EndsTimedOut,
                Counters.EndsDestroyed, Counters.EndsListenerClosed, Counters.EndsUnknown));
        Assert.Equal(0UL, Counters.Released);
    }

    [Fact]
    public void An_end_without_a_begin_counts_too()
    {
        _story.Apply(new Conn(9).Close(_story.Now, Server));
        Assert.Equal(1UL, Counters.EndsClosed);
    }

    [Fact]
    public void An_end_that_only_a_scan_noticed_is_unknown()
    {
        Entered();
        _story.After(Story.Second).Scan([]);
        Assert.Equal((1UL, 1UL), (Counters.EndsUnknown, Counters.ExitsFoundByScan));
    }

    [Fact]
    public void The_close_of_what_was_left_open_counts_as_released()
    {
        Conn conn = Entered();
        _story.Apply(conn.Fail(_story.Now, 104)).After(Story.Second).Apply(conn.Release(_story.Now, Server));
        Assert.Equal((1UL, 1UL), (Counters.EndsReset, Counters.Released));
    }

    private Conn Entered()
    {
        Conn conn = new(++_cookies);
        _story.Apply(conn.Enter(_story.Now));
        return conn;
    }
}
