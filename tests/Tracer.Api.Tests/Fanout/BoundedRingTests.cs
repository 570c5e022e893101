// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Fanout;
using Xunit;

namespace Tracer.Api.Tests.Fanout;

public class BoundedRingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Takes_as_many_as_it_was_made_for_and_gives_them_back_in_order(int capacity)
    {
        BoundedRing<string> ring = new(capacity);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < capacity; i++)
                Assert.True(ring.TryAdd(i.ToString()));
            Assert.False(ring.TryAdd("too many"));
            Assert.Equal(capacity, ring.Count);
            for (int i = 0; i < capacity; i++)
            {
                Assert.True(ring.TryTake(out string? item));
                Assert.Equal(i.ToString(), item);
            }
            Assert.True(ring.IsEmpty);
            Assert.False(ring.TryTake(out _));
        }
    }

    [Fact]
    public async Task Two_threads_lose_and_repeat_nothing()
    {
        const int Count = 200_000;
        string[] items = [.. Enumerable.Range(0, 64).Select(static i => i.ToString())];
        BoundedRing<string> ring = new(16);
        Task adding = Task.Run(
            () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    while (!ring.TryAdd(items[i % items.Length]))
                        Thread.Yield();
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < Count; i++)
        {
            string? item;
            while (!ring.TryTake(out item))
                Thread.Yield();
            Assert.Same(items[i % items.Length], item);
        }
        await adding;
        Assert.True(ring.IsEmpty);
    }
}
