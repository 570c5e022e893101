// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Api.Fanout;

/// <summary>State changes copied once for all watchers; goes back to its pool when the last one is through with it.</summary>
internal sealed class SharedBatch(BatchPool pool, int capacity)
{
    private readonly TcpEvent[] _events = new TcpEvent[capacity];
    private int _references;

    public int Capacity => _events.Length;

    public int Count { get; private set; }

    /// <summary>Bit N: a change to state N is in it.</summary>
    public uint NewStates { get; private set; }

    public ReadOnlySpan<TcpEvent> Events => _events.AsSpan(0, Count);

    /// <summary>Fills an unshared batch; the caller holds the first reference.</summary>
    public void Fill(ReadOnlySpan<TcpEvent> events)
    {
        events.CopyTo(_events);
        Count = events.Length;
        uint states = 0;
        foreach (ref readonly TcpEvent tcpEvent in events)
            states |= 1u << (int)tcpEvent.NewState;
        NewStates = states;
        Volatile.Write(ref _references, 1);
    }

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
            pool.Return(this);
    }
}
