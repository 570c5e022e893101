// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Mapping;

/// <summary>IPv4 addresses as ASCII, from a table of the 256 numbers with their dots.</summary>
internal static class DottedText
{
    /// <summary>Each number with its dot, and how many bytes that is.</summary>
    private static readonly (uint Digits, int Length)[] s_numbers = [.. Enumerable.Range(0, 256).Select(static n => Make((byte)n))];

    /// <summary>Needs 16 bytes of room; returns how many it took.</summary>
    public static int Write(ReadOnlySpan<byte> address, Span<byte> into)
    {
        int position = 0;
        foreach (byte number in address)
        {
            (uint digits, int length) = s_numbers[number];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(into[position..], digits);
            position += length;
        }
        return position - 1; // the last dot
    }

    private static (uint Digits, int Length) Make(byte number)
    {
        Span<byte> text = stackalloc byte[4];
        _ = number.TryFormat(text, out int length, provider: System.Globalization.CultureInfo.InvariantCulture);
        text[length] = (byte)'.';
        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(text), length + 1);
    }
}
