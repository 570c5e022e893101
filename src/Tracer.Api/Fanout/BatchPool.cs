// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Numerics;

namespace Tracer.Api.Fanout;

/// <summary>
/// Batches by size, 8 to 256 events. What is out is bounded by the queues of the subscribers; what is kept here, by a count of events.
/// </summary>
internal sealed class BatchPool
{
    public const int MaxEvents = 256;
    public const int MaxPooledEvents = 65_536;
    private const int MinEvents = 8;

    // Concurrent queues take no lock once they have their size, so a descheduled client thread cannot hold up the pump.
    private readonly ConcurrentQueue<SharedBatch>[] _free =
        [.. Enumerable.Range(0, ClassOf(MaxEvents) + 1).Select(static _ => new ConcurrentQueue<SharedBatch>())];
    private int _pooledEvents;

    public SharedBatch Rent(int count)
    {
        int sizeClass = ClassOf(count);
        if (!_free[sizeClass].TryDequeue(out SharedBatch? batch))
            return new SharedBatch(this, MinEvents << sizeClass);
        Interlocked.Add(ref _pooledEvents, -batch.Capacity);
        return batch;
    }

    public void Return(SharedBatch batch)
    {
        if (Interlocked.Add(ref _pooledEvents, batch.Capacity) <= MaxPooledEvents)
            _free[ClassOf(batch.Capacity)].Enqueue(batch);
        else
            Interlocked.Add(ref _pooledEvents, -batch.Capacity);
    }

    private static int ClassOf(int count) =>
        count <= MinEvents ? 0 : BitOperations.Log2((uint)(count - 1) / MinEvents) + 1;
}
