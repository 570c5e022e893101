// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests;

public sealed class ScanScheduleTests
{
    private const ulong Second = 1_000_000_000;

    private readonly ScanSchedule _schedule = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void The_first_scan_is_due_at_once() => Assert.True(_schedule.IsDue(0, 0, holdersWanted: false));

    [Fact]
    public void With_nothing_on_the_books_no_scan_is_due_however_late()
    {
        _schedule.Began(5 * Second);
        Assert.False(_schedule.IsDue(5_000 * Second, 0, holdersWanted: false));
    }

    [Fact]
    public void With_a_socket_on_the_books_a_scan_is_due_after_the_period()
    {
        _schedule.Began(5 * Second);
        Assert.False(_schedule.IsDue((15 * Second) - 1, 1, holdersWanted: false));
        Assert.True(_schedule.IsDue(15 * Second, 1, holdersWanted: false));
    }

    [Fact]
    public void Wanted_holders_make_a_scan_due_before_the_period()
    {
        _schedule.Began(5 * Second);
        Assert.False(_schedule.IsDue(5 * Second, 1, holdersWanted: false));
        Assert.True(_schedule.IsDue(5 * Second, 1, holdersWanted: true));
    }

    [Fact]
    public void A_request_is_served_by_one_scan()
    {
        _schedule.Began(0);
        _schedule.Request();
        _schedule.Request();
        Assert.True(_schedule.IsDue(1, 0, holdersWanted: false));
        _schedule.Began(1);
        Assert.False(_schedule.IsDue(2, 0, holdersWanted: false));
    }

    [Fact]
    public void A_request_made_while_a_scan_runs_asks_for_another_one()
    {
        _schedule.Began(1);
        _schedule.Request();
        Assert.True(_schedule.IsDue(2, 0, holdersWanted: false));
    }

    [Fact]
    public void A_loss_stays_pending_until_a_scan_begins()
    {
        _schedule.Began(0);
        _schedule.NoteLoss(true);
        _schedule.NoteLoss(false);
        Assert.True(_schedule.IsLossPending);
        Assert.True(_schedule.IsDue(1, 0, holdersWanted: false));
        _schedule.Began(1);
        Assert.False(_schedule.IsLossPending);
        Assert.False(_schedule.IsDue(2, 0, holdersWanted: false));
    }

    [Fact]
    public void Losing_nothing_asks_for_nothing()
    {
        _schedule.Began(0);
        _schedule.NoteLoss(false);
        Assert.False(_schedule.IsLossPending);
        Assert.False(_schedule.IsDue(1, 0, holdersWanted: false));
    }
}
