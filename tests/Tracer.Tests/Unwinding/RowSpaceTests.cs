// SPDX-License-Identifier: Apache-2.0
using Tracer.Unwinding;
using Xunit;

namespace Tracer.Tests.Unwinding;

/// <summary>Ranges of the kernel's row array: never two owners, nothing lost.</summary>
public sealed class RowSpaceTests
{
    private const int Capacity = 1000;

    private readonly RowSpace _space = new(Capacity, TimeSpan.Zero, TimeProvider.System);

    [Fact]
    public void A_range_that_came_back_is_handed_out_again()
    {
        Assert.True(_space.TryTake(Capacity, out int first));
        Assert.False(_space.TryTake(1, out _));
        _space.Return(first, Capacity);
        Assert.True(_space.TryTake(Capacity, out _));
    }

    [Fact]
    public void Tables_without_rows_come_and_go_beside_others()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.True(_space.TryTake(0, out int none));
            Assert.True(_space.TryTake(10, out int some));
            _space.Return(none, 0);
            _space.Return(some, 10);
        }

        Assert.Equal(0, _space.Used);
        Assert.True(_space.TryTake(Capacity, out _));
    }

    [Fact]
    public void Whatever_comes_and_goes_no_two_ranges_overlap_and_none_is_lost()
    {
        Random random = new(7);
        List<(int First, int Count)> taken = [];
        for (int i = 0; i < 5000; i++)
        {
            int count = random.Next(0, 60);
            if (random.Next(2) == 0 && _space.TryTake(count, out int first))
            {
                Assert.InRange(first, 0, Capacity - count);
                Assert.DoesNotContain(taken, other => first < other.First + other.Count && other.First < first + count);
                taken.Add((first, count));
            }
            else if (taken.Count > 0)
            {
                int index = random.Next(taken.Count);
                _space.Return(taken[index].First, taken[index].Count);
                taken.RemoveAt(index);
            }

            Assert.Equal(taken.Sum(range => range.Count), _space.Used);
        }

        taken.ForEach(range => _space.Return(range.First, range.Count));
        Assert.True(_space.TryTake(Capacity, out _));
    }
}
