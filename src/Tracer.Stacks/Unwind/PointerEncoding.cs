// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>How a pointer in .eh_frame is written: a format in the low bits and what it is relative to above (DW_EH_PE_*, Linux Standard Base).</summary>
internal static class PointerEncoding
{
    internal const byte Absolute = 0;
    internal const byte Omitted = 0xff;

    private const byte FormatMask = 0x0f;
    private const byte RelationMask = 0x70;
    private const byte PcRelative = 0x10;
    private const byte DataRelative = 0x30;
    private const byte Indirect = 0x80;

    /// <summary>Reads a pointer to code.</summary>
    /// <param name="cursor">Where it is.</param>
    /// <param name="encoding">How it is written.</param>
    /// <param name="sectionAddress">Linked address of the cursor's position 0.</param>
    /// <param name="pointer">A linked address.</param>
    internal static bool TryRead(ref ByteCursor cursor, byte encoding, ulong sectionAddress, out ulong pointer)
    {
        ulong place = unchecked(sectionAddress + (ulong)cursor.Position);
        if (!TryReadValue(ref cursor, encoding, out pointer))
            return false;
        switch (encoding & ~FormatMask)
        {
            case Absolute:
                return true;
            case PcRelative:
                pointer = unchecked(place + pointer);
                return true;
            case DataRelative:
                pointer = unchecked(sectionAddress + pointer);
                return true;
            default:
                // Relative to text or function, aligned, or through a pointer that only the running program has: no linker for x86-64 does that to code.
                return false;
        }
    }

    /// <summary>Reads the number alone: a length.</summary>
    internal static bool TryReadValue(ref ByteCursor cursor, byte encoding, out ulong value)
    {
        switch (encoding & FormatMask)
        {
            case 0x00 or 0x04 or 0x0c:
                value = cursor.Read<ulong>();
                break;
            case 0x01:
                value = cursor.ReadUnsigned();
                break;
            case 0x02:
                value = cursor.Read<ushort>();
                break;
            case 0x03:
                value = cursor.Read<uint>();
                break;
            case 0x09:
                value = (ulong)cursor.ReadSigned();
                break;
            case 0x0a:
                value = (ulong)cursor.Read<short>();
                break;
            case 0x0b:
                value = (ulong)cursor.Read<int>();
                break;
            default:
                value = 0;
                return false;
        }

        return !cursor.IsBroken;
    }

    /// <summary>Steps over a pointer whose value is of no concern: the personality routine.</summary>
    internal static bool TrySkip(ref ByteCursor cursor, byte encoding)
    {
        const byte aligned = 0x50;
        if (encoding == Omitted)
            return true;
        return (encoding & RelationMask & ~Indirect) != aligned && TryReadValue(ref cursor, encoding, out _);
    }
}
