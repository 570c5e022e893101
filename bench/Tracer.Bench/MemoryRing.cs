// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tracer.Bpf.Ring;

namespace Tracer.Bench;

/// <summary>A filled ring in plain memory and the product's reader of it: what loads/drain.c does in C, byte for byte.</summary>
internal sealed class MemoryRing : IDisposable
{
    private const int RecordBytes = 120;
    private const int Step = RecordBytes + 8; // with its header
    private const int ProducerAt = 4096, DataAt = 8192; // the layout that the reader's tests use
    private const int Batch = 256; // records between two publications of the position

    private readonly byte[] _memory;
    private readonly RingReader _reader;
    private readonly int _size;
    private ulong _sum; // written only so that the reading is needed

    public MemoryRing(int size)
    {
        _size = size;
        _memory = GC.AllocateArray<byte>(DataAt + 2 * size, pinned: true);
        _reader = new RingReader(_memory, (uint)size);
    }

    /// <summary>Nanoseconds per record of the fastest of several drains, and the bytes that all of them allocated for each record.</summary>
    public (double Ns, double Bytes) Measure(int drains)
    {
        double least = double.MaxValue, bytes = 0;
        for (int i = 0; i < drains; i++)
        {
            Fill();
            long allocated = GC.GetAllocatedBytesForCurrentThread(), began = Stopwatch.GetTimestamp();
            long records = Drain();
            double ns = (Stopwatch.GetTimestamp() - began) * (1e9 / Stopwatch.Frequency);
            bytes += (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / records;
            least = Math.Min(least, ns / records);
        }

        return (least, bytes / drains);
    }

    public void Dispose() => _reader.Dispose();

    private void Fill()
    {
        ref ulong producer = ref Unsafe.As<byte, ulong>(ref _memory[ProducerAt]);
        ulong consumer = Unsafe.As<byte, ulong>(ref _memory[0]);
        while (producer + Step - consumer <= (ulong)_size)
        {
            Span<byte> record = _memory.AsSpan(DataAt + (int)(producer & (ulong)(_size - 1)), Step);
            record.Fill((byte)producer);
            MemoryMarshal.Write(record, (uint)RecordBytes);
            producer += Step;
        }
    }

    // Compiled to the end at once: it is called too seldom to be found hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Drain()
    {
        long records = 0;
        ulong sum = 0;
        while (_reader.TryRead(out ReadOnlySpan<byte> record))
        {
            sum += MemoryMarshal.Read<ulong>(record) + MemoryMarshal.Read<ulong>(record[64..]);
            if (++records % Batch == 0)
                _reader.Release();
        }

        _reader.Release();
        Volatile.Write(ref _sum, sum);
        return records;
    }
}
