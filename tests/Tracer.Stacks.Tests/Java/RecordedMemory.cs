// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Java;

namespace Tracer.Stacks.Tests.Java;

/// <summary>Records the pages that are read of a live machine; afterwards plays them back without it, damaged or not.</summary>
internal sealed class RecordedMemory(VmMemory live) : VmMemory
{
    private const int PageBytes = 4096;
    private const int SmallRead = 512;

    private readonly Dictionary<ulong, byte[]> _pages = [];
    private readonly List<(ulong Address, int Length)> _small = [];
    private readonly Dictionary<(ulong Page, int Offset), byte> _undo = [];
    private ulong[] _addresses = [];
    private bool _isFrozen;

    /// <summary>Reads since the last damage.</summary>
    internal int Reads { get; private set; }

    internal override int ReadSome(ulong address, Span<byte> buffer)
    {
        Reads++;
        if (!_isFrozen && buffer.Length <= SmallRead)
            _small.Add((address, buffer.Length));
        int copied = 0;
        while (copied < buffer.Length && PageOf(unchecked(address + (ulong)copied) / PageBytes) is { } page)
        {
            int offset = (int)(unchecked(address + (ulong)copied) % PageBytes);
            int length = Math.Min(PageBytes - offset, buffer.Length - copied);
            page.AsSpan(offset, length).CopyTo(buffer[copied..]);
            copied += length;
        }

        return copied;
    }

    internal void Freeze()
    {
        _isFrozen = true;
        _addresses = [.. _pages.Keys];
    }

    /// <summary>Repairs the last damage and does new one, most of it where single structures were read.</summary>
    internal void Damage(Random random)
    {
        foreach (((ulong page, int offset), byte value) in _undo)
            _pages[page][offset] = value;
        _undo.Clear();
        Reads = 0;
        for (int left = random.Next(1, 40); left > 0; left--)
        {
            (ulong start, int length) = _small[random.Next(_small.Count)];
            ulong address = random.Next(4) == 0
                ? (_addresses[random.Next(_addresses.Length)] * PageBytes) + (ulong)random.Next(PageBytes)
                : start + (ulong)random.Next(length);
            if (random.Next(4) == 0)
                Write(address & ~7ul, BitConverter.GetBytes(random.Next(2) == 0 ? (ulong)random.NextInt64() : start));
            else
                Write(address, [random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) }]);
        }
    }

    private void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            (ulong page, int offset) = ((address + (ulong)i) / PageBytes, (int)((address + (ulong)i) % PageBytes));
            if (!_pages.TryGetValue(page, out byte[]? content))
                continue;
            _undo.TryAdd((page, offset), content[offset]);
            content[offset] = bytes[i];
        }
    }

    private byte[]? PageOf(ulong number)
    {
        if (_pages.TryGetValue(number, out byte[]? page))
            return page;
        page = new byte[PageBytes];
        if (_isFrozen || live.ReadSome(number * PageBytes, page) != PageBytes)
            return null;
        _pages.Add(number, page);
        return page;
    }
}
