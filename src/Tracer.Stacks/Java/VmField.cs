// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Java;

/// <summary>Where a field lies in its structure. Offsets are small and not negative: the reader of the tables refuses others.</summary>
internal readonly record struct VmField(int Offset, int Bytes)
{
    internal int End => Offset + Bytes;

    /// <summary>Its value in a copy of the structure, extended with zeros; 0 when the copy is too short.</summary>
    internal ulong Read(ReadOnlySpan<byte> record)
    {
        if (End > record.Length)
            return 0;
        ReadOnlySpan<byte> value = record[Offset..];
        return Bytes switch
        {
            1 => value[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(value),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(value),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(value),
        };
    }

    internal int ReadInt(ReadOnlySpan<byte> record) => unchecked((int)Read(record));

    /// <summary>The same field seen from a structure that holds this one at an offset.</summary>
    internal VmField Inside(int offset) => this with { Offset = Offset + offset };
}
