// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests;

public sealed class BoundedCacheTests
{
    [Fact]
    public void What_was_set_is_found_and_set_again_replaces_it()
    {
        var cache = new BoundedCache<int, string>(2);
        Assert.False(cache.TryGet(1, out _));
        cache.Set(1, "a");
        cache.Set(1, "b");
        Assert.True(cache.TryGet(1, out string? value));
        Assert.Equal(("b", 1), (value, cache.Count));
    }

    [Fact]
    public void Nothing_is_dropped_before_one_generation_is_full_and_at_most_two_are_kept()
    {
        var cache = new BoundedCache<int, int>(10);
        for (int i = 1; i <= 20; i++)
            cache.Set(i, i);
        Assert.Equal((20, 20, 0UL), (cache.Count, cache.Limit, cache.Evicted));
        cache.Set(21, 21);
        Assert.Equal((11, 10UL), (cache.Count, cache.Evicted));
        Assert.False(cache.TryGet(10, out _));
        Assert.True(cache.TryGet(11, out _));
    }

    [Fact]
    public void What_is_asked_for_outlives_what_is_not()
    {
        var cache = new BoundedCache<int, int>(4);
        cache.Set(0, 42);
        for (int i = 1; i <= 100; i++)
        {
            cache.Set(i, i);
            Assert.True(cache.TryGet(0, out int kept), $"lost after {i} others");
            Assert.Equal(42, kept);
        }
        Assert.False(cache.TryGet(1, out _));
    }

    [Fact]
    public void A_value_set_again_in_the_old_generation_does_not_come_back_with_its_old_value()
    {
        var cache = new BoundedCache<int, string>(2);
        cache.Set(1, "old");
        cache.Set(2, "x");
        cache.Set(3, "x");
        cache.Set(1, "new");
        cache.Set(4, "x");
        Assert.True(cache.TryGet(1, out string? value));
        Assert.Equal("new", value);
    }

    [Fact]
    public void Every_key_is_either_kept_or_counted_as_evicted()
    {
        var cache = new BoundedCache<int, int>(16);
        var random = new Random(3);
        int added = 0;
        for (int i = 0; i < 10_000; i++)
        {
            int key = random.Next(60);
            if (random.Next(2) == 0)
            {
                cache.TryGet(key, out _);
            }
            else
            {
                added += cache.TryGet(key, out _) ? 0 : 1;
                cache.Set(key, i);
            }
            Assert.Equal(added, cache.Count + (int)cache.Evicted);
            Assert.InRange(cache.Count, 0, cache.Limit);
        }
        Assert.InRange(cache.Evicted, 1_000UL, ulong.MaxValue);
    }

    [Fact]
    public async Task Two_threads_never_see_the_value_of_another_key()
    {
        var cache = new BoundedCache<int, int>(8);
        int wrong = 0;
        void Use(int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < 200_000; i++)
            {
                int key = random.Next(40);
                if (cache.TryGet(key, out int value) && value != key * 3)
                    Interlocked.Increment(ref wrong);
                cache.Set(key, key * 3);
            }
        }
        await Task.WhenAll(Task.Run(() => Use(1), TestContext.Current.CancellationToken), Task.Run(() => Use(2), TestContext.Current.CancellationToken));
        Assert.Equal(0, wrong);
        Assert.InRange(cache.Count, 8, cache.Limit);
    }
}
