// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;

namespace Tracer.Stacks.Java;

/// <summary>Many small reads of tables and texts that lie close together, each page read once.</summary>
internal sealed class VmPages(VmMemory memory)
{
    private const int PageBytes = 4096;
    private const int MaxPages = 1024;

    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>A little-endian number; 0 when it cannot be read.</summary>
    internal ulong ReadNumber(ulong address, int bytes)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();
        return Copy(address, value[..bytes]) == bytes ? BinaryPrimitives.ReadUInt64LittleEndian(value) : 0;
    }

    /// <summary>A NUL-terminated name; empty when it is longer than allowed or cannot be read. Not sanitized: to compare, not to show.</summary>
    internal string ReadName(ulong address, int maxBytes)
    {
        Span<byte> text = stackalloc byte[maxBytes];
        int end = text[..Copy(address, text)].IndexOf((byte)0);
        return end <= 0 ? "" : Encoding.Latin1.GetString(text[..end]);
    }

    private int Copy(ulong address, Span<byte> target)
    {
        int copied = 0;
        while (copied < target.Length)
        {
            ulong at = unchecked(address + (ulong)copied);
            byte[] page = PageOf(at / PageBytes);
            int offset = (int)(at % PageBytes);
            if (offset >= page.Length)
                break;
            int length = Math.Min(page.Length - offset, target.Length - copied);
            page.AsSpan(offset, length).CopyTo(target[copied..]);
            copied += length;
        }

        return copied;
    }

    private byte[] PageOf(ulong number)
    {
        if (_pages.TryGetValue(number, out byte[]? page))
            return page;
        var buffer = new byte[PageBytes];
        int length = memory.ReadSome(number * PageBytes, buffer);
        page = length == PageBytes ? buffer : buffer[..length];
        if (_pages.Count >= MaxPages)
            _pages.Clear();
        _pages.Add(number, page);
        return page;
    }
}
