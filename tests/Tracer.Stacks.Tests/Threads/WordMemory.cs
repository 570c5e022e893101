// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>Memory made of words; what was not written is not mapped.</summary>
internal sealed class WordMemory : ITargetMemory
{
    private readonly SortedDictionary<ulong, ulong> _words = [];

    internal ulong this[ulong address]
    {
        set => _words[address] = value;
    }

    public bool TryRead(ulong address, Span<byte> buffer) => ReadSome(address, buffer) == buffer.Length;

    public bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        return TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    public int ReadSome(ulong address, Span<byte> buffer)
    {
        for (int i = 0; i < buffer.Length; i++)
        {
            ulong at = address + (ulong)i;
            if (!_words.TryGetValue(at & ~7ul, out ulong word))
                return i;
            buffer[i] = (byte)(word >> (int)(at % 8 * 8));
        }

        return buffer.Length;
    }
}
