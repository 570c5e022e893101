// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Unwind;

/// <summary>Turns linked addresses of code into file offsets.</summary>
internal sealed class CodeSegments(ElfFile file)
{
    // Linkers make one or two. Every function is looked up here, so a file with hundreds must not get slow.
    private const int MaxSegments = 16;

    private readonly ElfSegment[] _segments =
        [.. file.Segments.Where(static segment => segment.Type == ElfSegment.Load && segment.IsExecutable).Take(MaxSegments)];

    /// <summary>Finds where a piece of code is in the file; its size is cut to what the segment has.</summary>
    internal bool TryLocate(ulong address, ulong size, out uint fileOffset, out uint available)
    {
        foreach (ref readonly ElfSegment segment in _segments.AsSpan())
        {
            if (address < segment.VirtualAddress || address - segment.VirtualAddress >= segment.FileSize)
                continue;
            ulong skipped = address - segment.VirtualAddress;
            ulong offset = unchecked(segment.Offset + skipped);
            if (offset >= uint.MaxValue || offset < segment.Offset)
                break;
            fileOffset = (uint)offset;
            available = (uint)Math.Min(Math.Min(size, segment.FileSize - skipped), uint.MaxValue - offset);
            return available > 0;
        }

        fileOffset = available = 0;
        return false;
    }
}
