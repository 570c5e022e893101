// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;

namespace Tracer.Attribution.Tests.Findings.History;

public sealed class RecentChangesTests
{
    private const ulong Second = Story.Second;

    private readonly RecentChanges _changes = new();

    [Fact]
    public void Only_what_came_and_went_after_that_second_counts()
    {
        _changes.Add(100 * Second, isSeenComing: true, 105 * Second);
        _changes.Add(104 * Second, isSeenComing: true, 110 * Second);
        Assert.Equal((2UL, 2UL), _changes.Since(99));
        Assert.Equal((1UL, 2UL), _changes.Since(103));
        Assert.Equal((0UL, 1UL), _changes.Since(105));
        Assert.Equal((0UL, 0UL), _changes.Since(110));
    }

    [Fact]
    public void What_nobody_saw_coming_only_goes()
    {
        _changes.Add(100 * Second, isSeenComing: false, 105 * Second);
        Assert.Equal((0UL, 1UL), _changes.Since(50));
    }

    [Fact]
    public void What_is_older_than_a_minute_is_forgotten()
    {
        _changes.Add(100 * Second, isSeenComing: true, 100 * Second);
        _changes.Add(170 * Second, isSeenComing: true, 170 * Second);
        Assert.Equal((1UL, 1UL), _changes.Since(0));
        _changes.Add(1000 * Second, isSeenComing: true, 1000 * Second);
        Assert.Equal((1UL, 1UL), _changes.Since(0));
    }

    [Fact]
    public void One_that_came_long_before_it_went_did_not_come_lately()
    {
        _changes.Add(10 * Second, isSeenComing: true, 500 * Second);
        Assert.Equal((0UL, 1UL), _changes.Since(440));
    }

    [Fact]
    public void Ends_told_late_still_count_in_their_second()
    {
        _changes.Add(110 * Second, isSeenComing: true, 120 * Second);
        _changes.Add(90 * Second, isSeenComing: true, 100 * Second);
        Assert.Equal((2UL, 2UL), _changes.Since(80));
        Assert.Equal((1UL, 1UL), _changes.Since(100));
    }

    [Fact]
    public void Two_minutes_add_up_second_by_second()
    {
        RecentChanges other = new();
        _changes.Add(100 * Second, isSeenComing: true, 130 * Second);
        other.Add(120 * Second, isSeenComing: true, 150 * Second);
        other.Add(60 * Second, isSeenComing: true, 90 * Second); // a minute before the newest: gone from both
        _changes.Add(other);
        Assert.Equal((0UL, 1UL), _changes.Since(130));
        Assert.Equal((2UL, 2UL), _changes.Since(95));
    }
}
