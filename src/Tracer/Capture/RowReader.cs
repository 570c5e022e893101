// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Tracer.Wire;

namespace Tracer.Capture;

/// <summary>Cuts the byte stream of an iterator into rows: each begins with its own size.</summary>
public static class RowReader
{
    /// <summary>Bytes of the largest row an iterator writes.</summary>
    public static readonly int LongestRow = Unsafe.SizeOf<TcpSocketEvent>();

    /// <summary>Hands over every whole row and returns how many bytes they took; the rest is the begin of a row.</summary>
    /// <exception cref="InvalidDataException">A row has an impossible size: the stream cannot be followed further.</exception>
    public static int ReadAll(ReadOnlySpan<byte> bytes, RowSink sink)
    {
        int used = 0;
        while (bytes.Length - used >= sizeof(uint))
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[used..]);
            if (size < sizeof(uint) || size > LongestRow)
                throw new InvalidDataException($"an iterator row of {size} bytes");
            if (bytes.Length - used < size)
                break;
            sink(bytes.Slice(used, (int)size));
            used += (int)size;
        }
        return used;
    }
}
