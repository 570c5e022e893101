// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests;

public sealed class HandoffQueueTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_full_queue_refuses_and_takes_again_once_there_is_room()
    {
        using var queue = new HandoffQueue<int>(2);
        for (int i = 0; i < queue.Capacity; i++)
            Assert.True(queue.TryEnqueue(i));
        Assert.False(queue.TryEnqueue(99));
        Assert.Equal((4, 4), (queue.Capacity, queue.Count));
        queue.Advance();
        Assert.True(queue.TryEnqueue(4));
        Assert.Equal([1, 2, 3, 4], ReadAll(queue));
    }

    [Fact]
    public void Items_come_out_in_order_over_many_rounds_of_the_array()
    {
        using var queue = new HandoffQueue<int>(3);
        var random = new Random(1);
        int written = 0;
        int read = 0;
        while (read < 10_000)
        {
            for (int n = random.Next(10); n > 0 && queue.TryEnqueue(written); n--)
                written++;
            foreach (int item in ReadAll(queue, random.Next(10)))
                Assert.Equal(read++, item);
            Assert.Equal(written - read, queue.Count);
        }
    }

    [Fact]
    public void A_place_given_back_keeps_nothing_alive()
    {
        using var queue = new HandoffQueue<string?>(1);
        Assert.True(queue.TryEnqueue("a stack"));
        ref string? place = ref queue.Peek();
        Assert.Equal("a stack", place);
        queue.Advance();
        Assert.Null(place);
    }

    [Fact]
    public void A_queue_that_nobody_uses_takes_no_memory()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var queue = new HandoffQueue<PumpedItem>(13);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096); // its places are 5 MB
    }

    [Fact]
    public void Passing_an_item_on_allocates_nothing()
    {
        using var queue = new HandoffQueue<PumpedItem>(4);
        Pass(queue, 1_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(queue, 100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, queue.Count); // every item went through
    }

    [Fact]
    public void A_wait_does_not_begin_while_there_is_an_item()
    {
        using var queue = new HandoffQueue<int>(2);
        queue.TryEnqueue(1);
        Assert.True(queue.WaitForItem());
        Assert.True(queue.WaitForItem());
    }

    [Fact]
    public void Wake_ends_a_wait_without_an_item()
    {
        using var queue = new HandoffQueue<int>(2);
        bool? hasItem = null;
        Thread reader = Start(() => hasItem = queue.WaitForItem());
        queue.Wake();
        Assert.True(reader.Join(Deadline), "the wait did not end");
        Assert.False(hasItem);
    }

    [Fact]
    public void An_item_ends_a_wait()
    {
        using var queue = new HandoffQueue<int>(2);
        bool? hasItem = null;
        Thread reader = Start(() => hasItem = queue.WaitForItem());
        // Only a reader that really sleeps shows whether the writer wakes it.
        Assert.True(SpinWait.SpinUntil(() => (reader.ThreadState & ThreadState.WaitSleepJoin) != 0, Deadline));
        queue.TryEnqueue(1);
        queue.Announce();
        Assert.True(reader.Join(Deadline), "the wait did not end");
        Assert.True(hasItem);
    }

    [Theory]
    [InlineData(0, 100_000)] // a change of threads per item
    [InlineData(4, 1_000_000)]
    [InlineData(10, 1_000_000)]
    public void Up_to_a_million_items_cross_between_two_threads_in_order(int capacityPowerOfTwo, int items)
    {
        using var queue = new HandoffQueue<(int Number, long Check)>(capacityPowerOfTwo);
        int firstWrong = -1;
        int refused = 0;
        Thread reader = Start(() => ReadNumbers(queue, items, ref firstWrong));
        Thread writer = Start(() => WriteNumbers(queue, items, ref refused));
        Assert.True(writer.Join(Deadline), $"the writer is stuck; {queue.Count} items in the queue");
        Assert.True(reader.Join(Deadline), $"the reader sleeps although {queue.Count} items are in the queue");
        Assert.Equal(-1, firstWrong);
        Assert.Equal(0, queue.Count);
    }

    private static void WriteNumbers(HandoffQueue<(int Number, long Check)> queue, int items, ref int refused)
    {
        var random = new Random(7);
        for (int i = 0; i < items; i++)
        {
            while (!queue.TryEnqueue((i, ~(long)i)))
            {
                refused++;
                queue.Announce();
                Thread.Yield();
            }
            if (random.Next(4) == 0)
                queue.Announce();
            // Pauses of every length around the moment at which the reader goes to sleep.
            if (random.Next(64) == 0)
                Thread.SpinWait(random.Next(2_000));
        }
        queue.Announce();
    }

    private static void ReadNumbers(HandoffQueue<(int Number, long Check)> queue, int items, ref int firstWrong)
    {
        for (int i = 0; i < items;)
        {
            if (!queue.WaitForItem())
                continue;
            if (queue.Peek() != (i, ~(long)i) && firstWrong < 0)
                firstWrong = i;
            queue.Advance();
            i++;
        }
    }

    private static void Pass(HandoffQueue<PumpedItem> queue, int items)
    {
        for (int i = 0; i < items; i++)
        {
            queue.TryEnqueue(new PumpedItem { Kind = PumpedItemKind.ScanDone, KtimeNs = (ulong)i });
            if (queue.WaitForItem() && queue.Peek().KtimeNs == (ulong)i)
                queue.Advance();
        }
    }

    private static List<int> ReadAll(HandoffQueue<int> queue, int most = int.MaxValue)
    {
        var items = new List<int>();
        while (queue.Count != 0 && items.Count < most)
        {
            items.Add(queue.Peek());
            queue.Advance();
        }
        return items;
    }

    private static Thread Start(Action run)
    {
        var thread = new Thread(() => run()) { IsBackground = true };
        thread.Start();
        return thread;
    }
}
