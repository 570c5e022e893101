// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.DotNet;

/// <summary>Walks the events of one block of a nettrace stream, whose headers leave out what did not change.</summary>
internal ref struct NettraceEvents
{
    private const int LeastHeader = 4;
    private const int FlagsOffset = 2;
    private const ushort CompressedHeaders = 1;
    private const int GuidBytes = 16;

    private const byte HasMetadata = 1;
    private const byte HasCapture = 2;
    private const byte HasThread = 4;
    private const byte HasStack = 8;
    private const byte HasActivity = 16;
    private const byte HasRelatedActivity = 32;
    private const byte HasLength = 128;

    private ReadOnlySpan<byte> _rest;
    private uint _metadata;
    private uint _length;

    internal NettraceEvents(ReadOnlySpan<byte> block)
    {
        if (block.Length < LeastHeader)
            return;
        int header = BinaryPrimitives.ReadUInt16LittleEndian(block);
        bool isCompressed = (BinaryPrimitives.ReadUInt16LittleEndian(block[FlagsOffset..]) & CompressedHeaders) != 0;
        if (header >= LeastHeader && header <= block.Length && isCompressed)
            _rest = block[header..];
    }

    internal bool TryNext(out uint metadata, out ReadOnlySpan<byte> payload)
    {
        metadata = 0;
        payload = default;
        if (_rest.IsEmpty)
            return false;
        byte flags = _rest[0];
        _rest = _rest[1..];
        if (!TryHeader(flags) || _length > (uint)_rest.Length)
            return false;
        // The top bit says whether the event belongs to the capturing thread's order.
        metadata = _metadata & int.MaxValue;
        payload = _rest[..(int)_length];
        _rest = _rest[(int)_length..];
        return true;
    }

    private bool TryHeader(byte flags)
    {
        if ((flags & HasMetadata) != 0)
        {
            if (!TryNumber(out ulong metadata))
                return false;
            _metadata = (uint)metadata;
        }

        // Sequence number, capturing thread, processor; thread; stack; time: none is of interest.
        int numbers = ((flags & HasCapture) != 0 ? 3 : 0) + ((flags & HasThread) != 0 ? 1 : 0) + ((flags & HasStack) != 0 ? 1 : 0) + 1;
        for (; numbers > 0; numbers--)
        {
            if (!TryNumber(out _))
                return false;
        }

        int guids = ((flags & HasActivity) != 0 ? GuidBytes : 0) + ((flags & HasRelatedActivity) != 0 ? GuidBytes : 0);
        if (guids > _rest.Length)
            return false;
        _rest = _rest[guids..];
        if ((flags & HasLength) == 0)
            return true;
        bool isRead = TryNumber(out ulong length) && length <= int.MaxValue;
        _length = (uint)length;
        return isRead;
    }

    // Seven bits per byte, lowest first.
    private bool TryNumber(out ulong value)
    {
        const int longest = 10;
        value = 0;
        for (int i = 0; i < longest && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if ((_rest[i] & 0x80) != 0)
                continue;
            _rest = _rest[(i + 1)..];
            return true;
        }

        return false;
    }
}
