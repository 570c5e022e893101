// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Stacks.Node;

/// <summary>Reads objects of a V8 heap that goes on changing: every type is checked, every length bounded.</summary>
internal sealed class V8Heap(TargetProcess process, V8Metadata metadata)
{
    private const ulong TagMask = 3;
    private const ulong ObjectTag = 1;
    private const int MaxDepth = 8;

    // Instance types of strings (v8, src/objects/instance-type.h): representation, encoding, and all else above.
    private const int FirstNonString = 0x80;
    private const int RepresentationMask = 7;
    private const int Sequential = 0;
    private const int Cons = 1;
    private const int Sliced = 3;
    private const int Thin = 5;
    private const int OneByte = 8;

    internal static bool IsSmi(ulong word) => (word & 1) == 0;

    internal static int SmiValue(ulong word) => (int)(word >> 32);

    /// <summary>The word at an offset of an object.</summary>
    internal bool TryRead(ulong tagged, int offset, out ulong word)
    {
        word = 0;
        return (tagged & TagMask) == ObjectTag && process.TryRead(unchecked(tagged - ObjectTag + (ulong)offset), out word);
    }

    /// <summary>What kind of object it is; -1 when it is none.</summary>
    internal int TypeOf(ulong tagged) =>
        TryRead(tagged, 0, out ulong map) && (map & TagMask) == ObjectTag
        && process.TryRead(unchecked(map - ObjectTag + (ulong)metadata.MapType), out ushort type) ? type : -1;

    internal bool IsString(ulong tagged) => TypeOf(tagged) is >= 0 and < FirstNonString;

    /// <summary>A text of at most so many characters, cut off there; null when it is none, or lies outside of the heap.</summary>
    internal string? ReadString(ulong tagged, int most, int depth = 0)
    {
        int type = TypeOf(tagged);
        if (type is < 0 or >= FirstNonString || depth > MaxDepth
            || !process.TryRead(unchecked(tagged - ObjectTag + (ulong)metadata.StringLength), out int length) || length < 0)
            return null;
        // Of the same size in all of them: what stands where the characters of a sequential one begin.
        int first = metadata.StringChars;
        int second = first + sizeof(ulong);
        switch (type & RepresentationMask)
        {
            case Sequential:
                return ReadChars(tagged, Math.Min(length, most), (type & OneByte) != 0);
            case Thin:
                return TryRead(tagged, first, out ulong actual) ? ReadString(actual, most, depth + 1) : null;
            case Cons:
                return TryRead(tagged, first, out ulong left) && TryRead(tagged, second, out ulong right)
                    && ReadString(left, most, depth + 1) is { } head && ReadString(right, most - head.Length, depth + 1) is { } tail ? head + tail : null;
            case Sliced:
                return ReadSlice(tagged, first, second, Math.Min(length, most), depth);
            default:
                return null;
        }
    }

    private string? ReadSlice(ulong tagged, int first, int second, int length, int depth)
    {
        if (!TryRead(tagged, first, out ulong parent) || !TryRead(tagged, second, out ulong from) || !IsSmi(from))
            return null;
        int start = SmiValue(from);
        const int mostBefore = 64 * 1024;
        if (start is < 0 or > mostBefore || ReadString(parent, start + length, depth + 1) is not { } whole || whole.Length < start)
            return null;
        return whole[start..];
    }

    private string? ReadChars(ulong tagged, int length, bool isOneByte)
    {
        var bytes = new byte[isOneByte ? length : length * sizeof(char)];
        if (!process.TryRead(unchecked(tagged - ObjectTag + (ulong)metadata.StringChars), bytes))
            return null;
        return (isOneByte ? Encoding.Latin1 : Encoding.Unicode).GetString(bytes);
    }
}
