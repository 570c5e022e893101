// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Unwind;

/// <summary>The bytes of .eh_frame and where they are.</summary>
/// <param name="Bytes">The content, in a file without section headers with what follows it.</param>
/// <param name="Address">Linked address of the first byte.</param>
/// <param name="HasKnownSize">False: the first terminator ends it.</param>
internal readonly record struct FrameSection(byte[] Bytes, ulong Address, bool HasKnownSize)
{
    // The largest known, of a browser with debug build, has about 40 MiB.
    private const int MaxBytes = 64 * 1024 * 1024;
    private const uint EhFrameHeaderSegment = 0x6474e550;
    private const int HeaderBytes = 64;

    internal static UnwindTableStatus Read(ElfFile file, out FrameSection section)
    {
        section = default;
        if (!file.TryFindSection(".eh_frame", out ElfSection header))
            return ReadBySegment(file, out section);
        // A file with debug information only keeps the header and drops the bytes.
        if (header.Type == ElfSection.NoBits)
            return UnwindTableStatus.NoFrameInformation;
        ElfStatus status = file.ReadSection(header, MaxBytes, out byte[] bytes);
        section = new FrameSection(bytes, header.Address, HasKnownSize: true);
        return status switch
        {
            ElfStatus.Ok => UnwindTableStatus.Ok,
            ElfStatus.TooLarge => UnwindTableStatus.TooLarge,
            ElfStatus.ReadFailed => UnwindTableStatus.ReadFailed,
            _ => UnwindTableStatus.Malformed,
        };
    }

    // Without section headers (sstrip, some packers) the segment that the program's own unwinder uses points to the section.
    private static UnwindTableStatus ReadBySegment(ElfFile file, out FrameSection section)
    {
        section = default;
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != EhFrameHeaderSegment)
                continue;
            return TryReadPointer(file.Source, segment, out ulong address)
                ? ReadToSegmentEnd(file, address, out section)
                : UnwindTableStatus.Malformed;
        }

        return UnwindTableStatus.NoFrameInformation;
    }

    private static bool TryReadPointer(ElfSource source, in ElfSegment segment, out ulong address)
    {
        const byte version = 1;
        address = 0;
        Span<byte> bytes = stackalloc byte[HeaderBytes];
        bytes = bytes[..source.ReadSome(segment.Offset, bytes)];
        var cursor = new ByteCursor(bytes, 0, bytes.Length);
        if (cursor.ReadByte() != version)
            return false;
        byte pointerEncoding = cursor.ReadByte();
        cursor.Skip(2);
        return PointerEncoding.TryRead(ref cursor, pointerEncoding, segment.VirtualAddress, out address);
    }

    private static UnwindTableStatus ReadToSegmentEnd(ElfFile file, ulong address, out FrameSection section)
    {
        section = default;
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != ElfSegment.Load || address < segment.VirtualAddress || address - segment.VirtualAddress >= segment.FileSize)
                continue;
            ulong skipped = address - segment.VirtualAddress;
            ulong offset = unchecked(segment.Offset + skipped);
            if (offset >= file.Source.Length)
                return UnwindTableStatus.Malformed;
            ulong length = Math.Min(segment.FileSize - skipped, file.Source.Length - offset);
            var bytes = new byte[Math.Min(length, MaxBytes)];
            section = new FrameSection(bytes, address, HasKnownSize: false);
            return file.Source.TryRead(offset, bytes) ? UnwindTableStatus.Ok : UnwindTableStatus.ReadFailed;
        }

        return UnwindTableStatus.Malformed;
    }
}
