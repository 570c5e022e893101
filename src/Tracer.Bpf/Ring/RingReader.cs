// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Ring;

/// <summary>
/// Reads a BPF ring buffer by mapping its pages: one consumer thread pulls records and publishes how far it got.
/// <code>while (ring.TryRead(out var record)) { ... } ring.Release();</code>
/// A record is valid until <see cref="Release"/> or <see cref="Dispose"/>.
/// </summary>
/// <remarks>
/// Layout of the kernel (kernel/bpf/ringbuf.c): a page with the consumer position, a page with the producer position,
/// the data twice in a row so that no record is cut at the end. Positions are byte counts that only grow. Of the second
/// copy as much is mapped here as a record may need: the pages of both count as resident, 32 MiB for a ring of 16.
/// </remarks>
public sealed unsafe class RingReader : IDisposable
{
    private const uint BusyBit = 1u << 31; // BPF_RINGBUF_BUSY_BIT: reserved, not yet submitted
    private const uint DiscardBit = 1u << 30; // BPF_RINGBUF_DISCARD_BIT
    private const uint HeaderSize = 8; // BPF_RINGBUF_HDR_SZ
    private const uint LongestRecord = 64 * 1024; // of wire.h: below 4 KiB
    private const int LocalPositionOffset = 4096; // of the producer position, in the in-memory layout of the tests

    private readonly MappedMemory? _consumerPage;
    private readonly MappedMemory? _producerPages;
    private readonly byte[]? _pinned;
    private readonly byte* _data;
    private readonly ulong _mask;
    private ulong* _consumer;
    private ulong* _producer;
    private ulong _position; // next byte to read; ours until published
    private ulong _produced; // last producer position seen: one shared cache line less per record
    private ulong _published;

    /// <summary>Maps the ring; the map's descriptor is only needed during this call.</summary>
    public RingReader(BpfMap ring)
    {
        uint size = ring.MaxEntries;
        nuint page = (nuint)Environment.SystemPageSize;
        try
        {
            _consumerPage = MappedMemory.Map(ring.Fd, 0, page, writable: true);
            _producerPages = MappedMemory.Map(ring.Fd, (long)page, page + size + Math.Min(size, LongestRecord), writable: false);
        }
        catch (Win32Exception e)
        {
            _consumerPage?.Dispose();
            throw new BpfException($"map ring buffer '{ring.Name}'", e.NativeErrorCode);
        }
        _consumer = (ulong*)_consumerPage.Address;
        _producer = (ulong*)_producerPages.Address;
        _data = _producerPages.Address + page;
        _mask = size - 1;
        _position = _produced = _published = Volatile.Read(ref *_consumer);
    }

    /// <summary>A ring in an array allocated pinned: consumer position at 0, producer position at 4096, data at 8192, then its mirror.</summary>
    internal RingReader(byte[] pinned, uint size)
    {
        _pinned = pinned;
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        _consumer = (ulong*)start;
        _producer = (ulong*)(start + LocalPositionOffset);
        _data = start + 2 * LocalPositionOffset;
        _mask = size - 1;
        _position = _produced = _published = *_consumer;
    }

    /// <summary>Capacity in bytes, headers included.</summary>
    public uint Size => (uint)_mask + 1;

    /// <summary>Bytes reserved by producers and not yet read here, unfinished and discarded records included.</summary>
    public ulong Available
    {
        get
        {
            ThrowIfDisposed();
            return Volatile.Read(ref *_producer) - _position;
        }
    }

    /// <summary>True when producers have reserved nothing beyond what was read here.</summary>
    public bool IsEmpty => Available == 0;

    /// <summary>
    /// Takes the next finished record. False: the ring is empty, or the oldest record is still being written.
    /// </summary>
    /// <exception cref="BpfException">A length that cannot be: the ring cannot be read any further.</exception>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        ThrowIfDisposed();
        while (true)
        {
            if (_position == _produced)
            {
                // Acquire: the headers below this position are valid once it is seen (ringbuf.c stores it with release).
                _produced = Volatile.Read(ref *_producer);
                if (_position == _produced)
                    break;
                if (_produced - _position > _mask + 1)
                    ThrowCorrupt(0);
            }
            byte* header = _data + (_position & _mask);
            uint word = Volatile.Read(ref *(uint*)header); // acquire: pairs with the xchg of the commit
            if ((word & BusyBit) != 0)
                break;
            uint length = word & ~DiscardBit;
            ulong step = (ulong)length + HeaderSize + 7 & ~7ul;
            if (step > _produced - _position || step > LongestRecord)
                ThrowCorrupt(length);
            _position += step;
            if ((word & DiscardBit) != 0)
                continue;
            record = new ReadOnlySpan<byte>(header + HeaderSize, (int)length);
            return true;
        }
        record = default;
        return false;
    }

    /// <summary>Gives the space of all records read so far back to the producers. Once per batch is enough, and cheapest.</summary>
    public void Release()
    {
        ThrowIfDisposed();
        if (_position == _published)
            return;
        Volatile.Write(ref *_consumer, _position); // release: our reads of the records come first
        _published = _position;
    }

    public void Dispose()
    {
        _consumer = null;
        _producer = null;
        _consumerPage?.Dispose();
        _producerPages?.Dispose();
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_producer == null, this);

    [DoesNotReturn]
    private void ThrowCorrupt(uint length) => throw new BpfException("read ring buffer", Errno.EBADMSG,
        $"record of {length} bytes at position {_position}, but only {_produced - _position} bytes of {_mask + 1} are in use, and {LongestRecord} are a record's limit");
}
