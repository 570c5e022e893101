// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Stacks.Threads;

/// <summary>A piece of a machine stack, read at once: most frames are small, and each read is a call into the kernel.</summary>
internal sealed class StackWindow(ITargetMemory memory)
{
    private const int Words = 512;

    private readonly ulong[] _words = new ulong[Words];
    private ulong _start;
    private int _filled;

    /// <summary>What was read may be old: another thread's walk begins.</summary>
    internal void Forget() => _filled = 0;

    /// <summary>Reads a word; the address is aligned.</summary>
    internal bool TryRead(ulong address, out ulong word)
    {
        ulong index = unchecked(address - _start) / sizeof(ulong);
        if (index >= (ulong)_filled)
        {
            _start = address;
            _filled = memory.ReadSome(address, MemoryMarshal.AsBytes(_words.AsSpan())) / sizeof(ulong);
            index = 0;
        }

        word = _filled > 0 ? _words[index] : 0;
        return _filled > 0;
    }
}
