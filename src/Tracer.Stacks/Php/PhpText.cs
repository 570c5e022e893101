// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux;

namespace Tracer.Stacks.Php;

/// <summary>Reads zend_strings, and refuses what was one before its memory was freed.</summary>
internal static class PhpText
{
    private const int HashOffset = 8;
    private const int LengthOffset = 16;
    private const int TextOffset = 24;
    private const int MaxBytes = 4096;
    private const int FirstBytes = 256;

    // zend_refcounted_h.u.type_info: the low bits are the type, in 7.0 as in 8.4.
    private const uint TypeMask = 0xf;
    private const uint StringType = 6;

    internal static bool TryRead(ITargetMemory memory, ulong address, out string text) => TryRead(memory, address, out text, out _);

    /// <param name="hash">0: PHP has not needed it so far.</param>
    internal static bool TryRead(ITargetMemory memory, ulong address, out string text, out ulong hash)
    {
        text = "";
        hash = 0;
        Span<byte> buffer = stackalloc byte[FirstBytes];
        int got = address == 0 ? 0 : memory.ReadSome(address, buffer);
        if (got <= TextOffset)
            return false;
        hash = BinaryPrimitives.ReadUInt64LittleEndian(buffer[HashOffset..]);
        // Freeing it overwrites the type, and perhaps only that: with its hash the text is still what it was.
        if (hash == 0 && (BinaryPrimitives.ReadUInt32LittleEndian(buffer[4..]) & TypeMask) != StringType)
            return false;
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(buffer[LengthOffset..]);
        if (length is 0 or > MaxBytes)
            return false;

        // One byte more: the text ends with a NUL, which its length does not count.
        int whole = (int)length + 1;
        Span<byte> bytes = TextOffset + whole <= got ? buffer.Slice(TextOffset, whole) : new byte[whole];
        if (TextOffset + whole > got && !memory.TryRead(unchecked(address + TextOffset), bytes))
            return false;
        if (bytes[^1] != 0 || (hash != 0 && hash != HashOf(bytes[..^1])))
            return false;

        // The name of an anonymous class goes on behind a NUL with the place where it is.
        bytes = bytes[..bytes.IndexOf((byte)0)];
        text = ControlText.Sanitize(bytes);
        // The hash proves the content; without it, what does not look like text is none.
        return text.Length > 0 && (hash != 0 || !text.Contains(ControlText.Replacement));
    }

    // zend_inline_hash_func: Bernstein's times 33, with the highest bit set so that it is never 0.
    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 5381;
        foreach (byte value in bytes)
            hash = unchecked((hash * 33) + value);
        return hash | 0x8000_0000_0000_0000;
    }
}
