// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Bpf.Ring;

namespace Tracer.Bpf.Tests.Ring;

/// <summary>
/// The producer's side of a ring buffer in an array, laid out as the kernel maps it. Written from kernel/bpf/ringbuf.c,
/// independently of the reader.
/// </summary>
internal sealed class RingArray
{
    private const int ProducerOffset = 4096;
    private const int DataOffset = 8192;
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;

    private readonly byte[] _memory;
    private readonly int _size;

    /// <summary>Positions may start anywhere: they count bytes since the map was created.</summary>
    public RingArray(int size, ulong start = 0)
    {
        _size = size;
        _memory = GC.AllocateArray<byte>(DataOffset + 2 * size, pinned: true);
        Produced = start;
        BinaryPrimitives.WriteUInt64LittleEndian(_memory, start);
        Reader = new RingReader(_memory, (uint)size);
    }

    public RingReader Reader { get; }

    public ulong Consumed => BinaryPrimitives.ReadUInt64LittleEndian(_memory);

    public ulong Produced
    {
        get => BinaryPrimitives.ReadUInt64LittleEndian(_memory.AsSpan(ProducerOffset));
        set => BinaryPrimitives.WriteUInt64LittleEndian(_memory.AsSpan(ProducerOffset), value);
    }

    /// <summary>bpf_ringbuf_reserve: the position of the record, or null when it does not fit.</summary>
    public ulong? Reserve(int length)
    {
        ulong position = Produced;
        ulong next = position + (ulong)(length + 8 + 7 & ~7);
        if (next - Consumed > (ulong)_size - 1)
            return null;
        WriteHeader(position, (uint)length | Busy);
        Produced = next;
        return position;
    }

    /// <summary>bpf_ringbuf_submit.</summary>
    public void Submit(ulong position, ReadOnlySpan<byte> payload)
    {
        for (int i = 0; i < payload.Length; i++)
            WriteByte(position + 8 + (ulong)i, payload[i]);
        WriteHeader(position, (uint)payload.Length);
    }

    /// <summary>bpf_ringbuf_discard.</summary>
    public void Discard(ulong position, int length) => WriteHeader(position, (uint)length | Discarded);

    public bool TryAdd(params ReadOnlySpan<byte> payload)
    {
        if (Reserve(payload.Length) is not { } position)
            return false;
        Submit(position, payload);
        return true;
    }

    public void WriteHeader(ulong position, uint word)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, word);
        for (int i = 0; i < bytes.Length; i++)
            WriteByte(position + (ulong)i, bytes[i]);
    }

    // Both mappings of the data show the same memory.
    private void WriteByte(ulong position, byte value)
    {
        int offset = (int)(position % (ulong)_size);
        _memory[DataOffset + offset] = value;
        _memory[DataOffset + _size + offset] = value;
    }
}
