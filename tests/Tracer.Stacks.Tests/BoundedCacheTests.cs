// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Stacks.Tests;

public sealed class BoundedCacheTests
{
    [Fact]
    public void Least_recently_used_falls_out_at_the_count_bound()
    {
        var cache = new BoundedCache<int, Resource>(maxWeight: 1000, maxCount: 2);
        var first = new Resource();
        var second = new Resource();
        cache.Set(1, first, 1);
        cache.Set(2, second, 1);
        Assert.True(cache.TryGet(1, out _));

        cache.Set(3, new Resource(), 1);

        Assert.True(cache.TryGet(1, out Resource? kept));
        Assert.Same(first, kept);
        Assert.False(cache.TryGet(2, out _));
        Assert.True(second.IsDisposed);
        Assert.False(first.IsDisposed);
        Assert.Equal((2, 2L, 1UL), (cache.Count, cache.Weight, cache.Evictions));
    }

    [Fact]
    public void Weight_bound_drops_as_many_as_it_takes()
    {
        var cache = new BoundedCache<int, Resource>(maxWeight: 10, maxCount: 100);
        for (int i = 0; i < 5; i++)
            cache.Set(i, new Resource(), 2);

        cache.Set(9, new Resource(), 7);

        Assert.Equal((2, 9L, 4UL), (cache.Count, cache.Weight, cache.Evictions));
        Assert.True(cache.TryGet(4, out _));
    }

    [Fact]
    public void Newest_stays_even_when_it_is_too_heavy_alone()
    {
        var cache = new BoundedCache<int, Resource>(maxWeight: 10, maxCount: 100);
        cache.Set(1, new Resource(), 5);
        var heavy = new Resource();

        cache.Set(2, heavy, 50);

        Assert.Equal((1, 50L), (cache.Count, cache.Weight));
        Assert.False(heavy.IsDisposed);
    }

    [Fact]
    public void New_weight_of_the_same_value_does_not_dispose_it_and_another_value_does()
    {
        var cache = new BoundedCache<int, Resource>(maxWeight: 10, maxCount: 100);
        var value = new Resource();
        cache.Set(1, value, 1);
        cache.Set(1, value, 4);
        Assert.Equal((1, 4L), (cache.Count, cache.Weight));
        Assert.False(value.IsDisposed);

        cache.Set(1, new Resource(), 2);
        Assert.Equal((1, 2L), (cache.Count, cache.Weight));
        Assert.True(value.IsDisposed);
    }

    [Fact]
    public void Clear_disposes_everything()
    {
        var cache = new BoundedCache<int, Resource>(maxWeight: 10, maxCount: 100);
        var value = new Resource();
        cache.Set(1, value, 1);

        cache.Clear();

        Assert.True(value.IsDisposed);
        Assert.Equal((0, 0L), (cache.Count, cache.Weight));
        Assert.False(cache.TryGet(1, out _));
    }

    private sealed class Resource : IDisposable
    {
        internal bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
