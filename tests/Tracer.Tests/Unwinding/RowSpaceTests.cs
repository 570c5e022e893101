// SPDX-License-Identifier: Apache-2.0
using Tracer.Tests.Fake;
using Tracer.Unwinding;

namespace Tracer.Tests.Unwinding;

public sealed class RowSpaceTests
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly SteppingClock _time = new();

    [Fact]
    public void Ranges_do_not_overlap_and_stay_within_the_capacity()
    {
        var space = new RowSpace(100, Rest, _time);
        Assert.True(space.TryTake(60, out int first));
        Assert.True(space.TryTake(40, out int second));
        Assert.False(space.TryTake(1, out _));
        Assert.Equal((0, 60, 100), (first, second, space.Used));
    }

    [Fact]
    public void A_range_that_was_given_back_rests_before_it_is_used_again()
    {
        var space = new RowSpace(100, Rest, _time);
        Assert.True(space.TryTake(100, out int first));
        space.Return(first, 100);
        Assert.Equal(0, space.Used);
        Assert.False(space.TryTake(1, out _));
        _time.Advance(Rest);
        Assert.True(space.TryTake(100, out _));
    }

    [Fact]
    public void Neighbours_become_one_range_again()
    {
        var space = new RowSpace(90, Rest, _time);
        int[] firsts = [.. Enumerable.Range(0, 3).Select(_ => space.TryTake(30, out int first) ? first : -1)];
        foreach (int first in (int[])[firsts[0], firsts[2], firsts[1]])
            space.Return(first, 30);
        _time.Advance(Rest);
        Assert.True(space.TryTake(90, out int all));
        Assert.Equal(0, all);
    }

    [Fact]
    public void Tables_without_rows_come_and_go_beside_others()
    {
        var space = new RowSpace(10, Rest, _time);
        Assert.True(space.TryTake(0, out int none));
        Assert.True(space.TryTake(10, out int all));
        Assert.True(space.TryTake(0, out _));
        space.Return(none, 0);
        space.Return(all, 10);
        space.Return(none, 0);
        _time.Advance(Rest);
        Assert.True(space.TryTake(10, out _));
    }

    [Fact]
    public void A_random_history_never_hands_out_a_row_twice()
    {
        var random = new Random(20261121);
        var space = new RowSpace(1000, Rest, _time);
        var taken = new List<(int First, int Count)>();
        for (int i = 0; i < 5000; i++)
        {
            int count = random.Next(0, 80);
            if (random.Next(2) == 0 && space.TryTake(count, out int first))
            {
                Assert.InRange(first, 0, 1000 - count);
                Assert.All(taken, other => Assert.True(first + count <= other.First || other.First + other.Count <= first || count == 0 || other.Count == 0));
                taken.Add((first, count));
            }
            else if (taken.Count > 0)
            {
                (int First, int Count) gone = taken[random.Next(taken.Count)];
                taken.Remove(gone);
                space.Return(gone.First, gone.Count);
            }
            _time.Advance(Rest / 10);
            Assert.Equal(taken.Sum(range => range.Count), space.Used);
        }
    }
}
