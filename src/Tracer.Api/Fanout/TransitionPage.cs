// SPDX-License-Identifier: Apache-2.0
using System.Buffers;

namespace Tracer.Api.Fanout;

/// <summary>What goes into one stream's next message: ranges of bytes that are shared with other streams.</summary>
internal sealed class TransitionPage
{
    public const int Capacity = 256;
    private readonly Range[] _ranges = new Range[Capacity];
    private readonly SharedBatch[] _batches = new SharedBatch[Capacity];
    private int _rangeCount;
    private int _batchCount;

    /// <summary>Events.</summary>
    public int Count { get; private set; }

    public int Bytes { get; private set; }

    public int Room => Capacity - Count;

    public bool IsFull => Count == Capacity;

    /// <summary>Adds encoded events. A range that goes on where the last one ended becomes one with it.</summary>
    public void Add(byte[] bytes, int start, int end, int count)
    {
        Count += count;
        Bytes += end - start;
        if (_rangeCount > 0)
        {
            ref Range last = ref _ranges[_rangeCount - 1];
            if (last.Bytes == bytes && last.End == start)
            {
                last.End = end;
                return;
            }
        }
        _ranges[_rangeCount++] = new Range { Bytes = bytes, Start = start, End = end };
    }

    /// <summary>Keeps a batch until the page is cleared, which releases it. At least one of its events must have been added.</summary>
    public void Keep(SharedBatch batch) => _batches[_batchCount++] = batch;

    public void WriteTo(IBufferWriter<byte> writer)
    {
        foreach (ref readonly Range range in _ranges.AsSpan(0, _rangeCount))
            writer.Write(range.Bytes.AsSpan(range.Start, range.End - range.Start));
    }

    public void Clear()
    {
        foreach (SharedBatch batch in _batches.AsSpan(0, _batchCount))
            batch.Release();
        _ranges.AsSpan(0, _rangeCount).Clear();
        _batches.AsSpan(0, _batchCount).Clear();
        (_rangeCount, _batchCount, Count, Bytes) = (0, 0, 0, 0);
    }

    private struct Range
    {
        public byte[] Bytes;
        public int Start;
        public int End;
    }
}
