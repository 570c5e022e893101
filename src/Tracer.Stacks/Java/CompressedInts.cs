// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>
/// Reads the numbers of HotSpot's compressed streams (UNSIGNED5): up to five bytes of six bits each; a byte of 192 or more, in any but the last
/// place, says that another follows. Since 20 each byte is one more than its value, so that none is zero.
/// </summary>
internal ref struct CompressedInts(ReadOnlySpan<byte> stream, bool excludesZero)
{
    private const int MaxBytes = 5;
    private const int ShiftPerByte = 6;
    private const byte FirstHighCode = 192;

    private readonly ReadOnlySpan<byte> _stream = stream;
    private readonly bool _excludesZero = excludesZero;

    /// <summary>Bytes read so far.</summary>
    internal int Position { get; private set; }

    /// <summary>False at the end of the stream and at what cannot be a number.</summary>
    internal bool TryReadByte(out byte value)
    {
        bool isThere = Position < _stream.Length;
        value = isThere ? _stream[Position++] : (byte)0;
        return isThere;
    }

    internal bool TryRead(out int value)
    {
        uint sum = 0;
        value = 0;
        for (int i = 0; i < MaxBytes; i++)
        {
            if (!TryReadByte(out byte next) || (_excludesZero && next == 0))
                return false;
            uint digit = _excludesZero ? next - 1u : next;
            sum = unchecked(sum + (digit << (ShiftPerByte * i)));
            if (next < FirstHighCode)
                break;
        }

        value = unchecked((int)sum);
        return true;
    }

    /// <summary>A number whose sign is in its lowest bit.</summary>
    internal bool TryReadSigned(out int value)
    {
        bool isRead = TryRead(out int raw);
        value = (int)((uint)raw >> 1) ^ -(raw & 1);
        return isRead;
    }
}
