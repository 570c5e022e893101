// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using Tracer.Api.Fanout;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;

namespace Tracer.Api.Tests.Fanout;

public class BatchPoolTests
{
    private const int Kept = BatchPool.MaxPooledEvents / BatchPool.MaxEvents;
    private readonly BatchPool _pool = new();

    [Fact]
    public void A_batch_is_large_enough_and_goes_back_to_its_size()
    {
        foreach (int count in new[] { 1, 8, 9, 16, 17, 128, 129, 256 })
            Assert.InRange(_pool.Rent(count).Capacity, count, Math.Max(8, 2 * count));
        SharedBatch small = Rented(8), large = Rented(256);
        small.Release();
        large.Release();
        Assert.Same(large, _pool.Rent(129));
        Assert.Same(small, _pool.Rent(1));
    }

    [Fact]
    public void After_a_tide_a_bounded_number_of_events_is_kept()
    {
        SharedBatch[] tide = [.. Enumerable.Range(0, Kept + 50).Select(_ => Rented(256))];
        foreach (SharedBatch batch in tide)
            batch.Release();
        HashSet<SharedBatch> again = [.. Enumerable.Range(0, tide.Length).Select(_ => _pool.Rent(256))];
        Assert.Equal(Kept, again.Intersect(tide).Count());
    }

    [Fact]
    public async Task No_batch_is_given_out_twice_while_others_come_back()
    {
        const int rounds = 200_000, threads = 3, waiting = 64;
        CancellationToken deadline = Deadline.Token(); // a thread that failed takes nothing more
        TcpEvent[] one = TestSockets.Transitions(1, 1);
        ConcurrentDictionary<SharedBatch, bool> rented = new();
        using BlockingCollection<SharedBatch> queue = new(waiting);
        Task[] returning = [.. Enumerable.Range(0, threads).Select(_ => Task.Run(
            () =>
            {
                foreach (SharedBatch batch in queue.GetConsumingEnumerable())
                {
                    Assert.True(rented.TryRemove(batch, out bool _));
                    batch.Release();
                }
            },
            TestContext.Current.CancellationToken))];
        HashSet<SharedBatch> made = [];
        for (int round = 0; round < rounds; round++)
        {
            SharedBatch batch = _pool.Rent(1);
            Assert.True(rented.TryAdd(batch, true));
            made.Add(batch);
            batch.Fill(one);
            queue.Add(batch, deadline);
        }
        queue.CompleteAdding();
        await Task.WhenAll(returning);
        // Those that wait, one with each thread, one with this: no batch was lost either.
        Assert.InRange(made.Count, 1, waiting + threads + 1);
    }

    private SharedBatch Rented(int count)
    {
        SharedBatch batch = _pool.Rent(count);
        batch.Fill(TestSockets.Transitions(1, count));
        return batch;
    }
}
