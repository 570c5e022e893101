// SPDX-License-Identifier: Apache-2.0
namespace Tracer;

/// <summary>
/// A bounded queue from one thread to one other. It never blocks the writer: a full queue refuses, and a sleeping reader is woken
/// once for a batch, because waking it costs more than its work on an item. Items are copied into places that stay, so passing one on allocates nothing once as many have passed as there are places: those of an idle daemon's
/// sockets would be 5 MB.
/// </summary>
public sealed class HandoffQueue<T>(int capacityPowerOfTwo) : IDisposable
{
    private const int ChunkBits = 6; // 64 of the largest items, sockets, stay below the large object heap

    private readonly T[]?[] _chunks = new T[]?[1 << Math.Max(0, capacityPowerOfTwo - ChunkBits)];
    private readonly AutoResetEvent _wake = new(false);
    private long _written;
    private long _read;
    private int _sleeping;

    public int Capacity { get; } = 1 << capacityPowerOfTwo;

    public int Count => (int)(Volatile.Read(ref _written) - Volatile.Read(ref _read));

    /// <summary>False: full. A reader that sleeps goes on sleeping until <see cref="Announce"/>.</summary>
    public bool TryEnqueue(in T item)
    {
        if (Count == Capacity)
            return false;
        _chunks[ChunkOf(_written)] ??= new T[1 << ChunkBits];
        At(_written) = item;
        Volatile.Write(ref _written, _written + 1);
        return true;
    }

    /// <summary>Wakes the reader if it sleeps and there is something for it. The writer's, after a batch and before it waits for room.</summary>
    public void Announce()
    {
        Interlocked.MemoryBarrier(); // the reader says that it sleeps, then looks again
        if (Volatile.Read(ref _sleeping) != 0 && Count != 0 && Interlocked.Exchange(ref _sleeping, 0) != 0)
            _wake.Set();
    }

    /// <summary>The oldest item in place; valid until <see cref="Advance"/>. Only if <see cref="Count"/> is not 0.</summary>
    public ref T Peek() => ref At(_read);

    /// <summary>Gives the place of the oldest item back.</summary>
    public void Advance()
    {
        Peek() = default!;
        Volatile.Write(ref _read, _read + 1);
    }

    /// <summary>Waits until there is an item or <see cref="Wake"/> is called; a stale wake-up may end it early. True: there is an item.</summary>
    public bool WaitForItem() => WaitForItem(Timeout.InfiniteTimeSpan);

    /// <summary>The same, for a limited time.</summary>
    public bool WaitForItem(TimeSpan most)
    {
        if (Count != 0)
            return true;
        Interlocked.Exchange(ref _sleeping, 1);
        if (Count == 0)
            _wake.WaitOne(most);
        Volatile.Write(ref _sleeping, 0);
        return Count != 0;
    }

    /// <summary>Ends a wait; any thread.</summary>
    public void Wake() => _wake.Set();

    public void Dispose() => _wake.Dispose();

    private int ChunkOf(long position) => (int)(position & (Capacity - 1)) >> ChunkBits;

    private ref T At(long position) => ref _chunks[ChunkOf(position)]![(int)position & (Capacity - 1) & ((1 << ChunkBits) - 1)];
}
