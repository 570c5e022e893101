// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Mapping;
using Tracer.Wire;

namespace Tracer.Api.Fanout;

/// <summary>
/// State changes copied once for all watchers, and their bytes on the wire, each made when the first watcher wants it (docs/decisions/0016: a watcher more
/// costs 1 ns per event here; it was 450). Goes back to its pool when the
/// last one is through with it.
/// </summary>
internal sealed class SharedBatch(BatchPool pool, int capacity)
{
    private const int UsualBytes = 192;
    private const int MaxKeptBytes = 512;
    private readonly Lock _gate = new();
    private readonly TcpEvent[] _events = new TcpEvent[capacity];
    private readonly int[] _starts = new int[capacity];
    private readonly int[] _ends = new int[capacity]; // 0: not encoded
    private byte[] _bytes = [];
    private int _used;
    private int _encoded;
    private bool _isInOrder;
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
        _ends.AsSpan(0, Count).Clear();
        _used = 0;
        _encoded = 0;
        _isInOrder = true;
        Volatile.Write(ref _references, 1);
    }

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        // Paths of executables may be long, and what is pooled should not have the size of the longest ones ever seen.
        if (_bytes.Length > MaxKeptBytes * Capacity)
            _bytes = [];
        pool.Return(this);
    }

    /// <summary>Adds the bytes of consecutive events to a page. Any thread that holds a reference.</summary>
    public void CopyTo(TransitionPage page, int first, int count, TransitionEncoder encoder)
    {
        encoder.Begin();
        lock (_gate)
        {
            if (_encoded < Count)
                Encode(first, count, encoder);
            if (_isInOrder)
                page.Add(_bytes, _starts[first], _ends[first + count - 1], count);
            else
                AddEach(page, first, count);
        }
    }

    /// <summary>The same for events picked by their indices.</summary>
    public void CopyTo(TransitionPage page, ReadOnlySpan<byte> picks, TransitionEncoder encoder)
    {
        encoder.Begin();
        lock (_gate)
        {
            foreach (byte pick in picks)
            {
                if (_encoded < Count)
                    Encode(pick, 1, encoder);
                page.Add(_bytes, _starts[pick], _ends[pick], 1);
            }
        }
    }

    private void AddEach(TransitionPage page, int first, int count)
    {
        for (int i = first; i < first + count; i++)
            page.Add(_bytes, _starts[i], _ends[i], 1);
    }

    private void Encode(int first, int count, TransitionEncoder encoder)
    {
        for (int i = first; i < first + count; i++)
        {
            if (_ends[i] != 0)
                continue;
            ref readonly TcpEvent tcpEvent = ref _events[i];
            MakeRoom(encoder.Measure(in tcpEvent));
            _starts[i] = _used;
            _used += encoder.Write(in tcpEvent, _bytes.AsSpan(_used));
            _ends[i] = _used;
            _isInOrder &= i == _encoded;
            _encoded++;
        }
    }

    // What pages refer to stays as it was: they keep the array that they were given.
    private void MakeRoom(int bytes)
    {
        if (_bytes.Length - _used < bytes)
            Array.Resize(ref _bytes, Math.Max(_used + bytes, _bytes.Length == 0 ? UsualBytes * Capacity : _bytes.Length * 2));
    }
}
