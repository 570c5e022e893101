// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Stacks.Unwind;

/// <summary>Reads forward through bytes that nobody vouches for. Reading beyond the end gives zeros and makes it broken.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes, int position, int end)
{
    // A 64-bit number takes 10 bytes; more are padding, which nobody writes.
    private const int MaxLeb128Bytes = 10;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _end = Math.Clamp(end, 0, bytes.Length);

    internal int Position { get; private set; } = position;

    internal bool IsBroken { get; private set; } = position < 0 || position > Math.Clamp(end, 0, bytes.Length);

    internal readonly bool IsAtEnd => IsBroken || Position >= _end;

    internal readonly int Left => IsBroken ? 0 : _end - Position;

    internal byte ReadByte() => Read<byte>();

    internal T Read<T>()
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        if (size > Left)
        {
            IsBroken = true;
            return default;
        }

        T value = MemoryMarshal.Read<T>(_bytes[Position..]);
        Position += size;
        return value;
    }

    internal void Skip(ulong count)
    {
        if (count > (ulong)Left)
            IsBroken = true;
        else
            Position += (int)count;
    }

    internal ulong ReadUnsigned() => ReadLeb128(out _, out _);

    internal long ReadSigned()
    {
        ulong value = ReadLeb128(out int bits, out byte last);
        const byte signBit = 0x40;
        return bits < 64 && (last & signBit) != 0 ? (long)(value | (ulong.MaxValue << bits)) : (long)value;
    }

    private ulong ReadLeb128(out int bits, out byte last)
    {
        ulong value = 0;
        bits = 0;
        last = 0;
        for (int i = 0; i < MaxLeb128Bytes; i++)
        {
            last = ReadByte();
            value |= (ulong)(last & 0x7f) << bits;
            bits += 7;
            if ((last & 0x80) == 0)
                return value;
        }

        IsBroken = true;
        return 0;
    }
}
