// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Go;

/// <summary>The bytes of the table of functions and lines, and where they are linked to.</summary>
internal readonly record struct GoTableImage(byte[] Bytes, ulong Address)
{
    private const int ChunkBytes = 256 * 1024;
    private const int HeaderBytes = 72;
    private const int HeaderAlignment = 8;
    private const ulong MaxScannedBytes = 1024UL * 1024 * 1024;

    /// <summary>Finds the table by the names of its section, or by its magic number where the file has other or no sections.</summary>
    internal static GoTableImage? Find(ElfFile file)
    {
        // The second: position independent, by Go's own linker.
        if (file.TryFindSection(".gopclntab", out ElfSection section) || file.TryFindSection(".data.rel.ro.gopclntab", out section))
            return file.ReadSection(section, ElfFile.MaxSectionBytes, out byte[] bytes) == ElfStatus.Ok ? new GoTableImage(bytes, section.Address) : null;
        // Other linkers put it into .data.rel.ro. Looking through all of a file is for Go programs only.
        return file.Sections.Count == 0 || file.TryFindSection(".go.buildinfo", out _) || file.TryFindSection(".note.go.buildid", out _) ? Search(file) : null;
    }

    private static GoTableImage? Search(ElfFile file)
    {
        ulong budget = MaxScannedBytes;
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type != ElfSegment.Load)
                continue;
            ulong size = Math.Min(segment.FileSize, budget);
            budget -= size;
            if (Search(file.Source, segment, size) is { } skipped)
                return Read(file.Source, segment, skipped);
        }

        return null;
    }

    // Offset of the header in the segment.
    private static ulong? Search(ElfSource source, in ElfSegment segment, ulong size)
    {
        ReadOnlySpan<byte> magicEnd = [0xff, 0xff, 0xff, 0, 0];
        var chunk = new byte[ChunkBytes + HeaderBytes];
        for (ulong done = 0; done < size; done += ChunkBytes)
        {
            int got = source.ReadSome(unchecked(segment.Offset + done), chunk.AsSpan(0, (int)Math.Min((ulong)chunk.Length, size - done)));
            ReadOnlySpan<byte> bytes = chunk.AsSpan(0, got);
            for (int at = 0; at < bytes.Length;)
            {
                int next = bytes[at..].IndexOf(magicEnd);
                if (next < 0)
                    break;
                int header = at + next - 1;
                if (header >= 0 && (segment.VirtualAddress + done + (ulong)header) % HeaderAlignment == 0 && IsHeader(bytes[header..], size - done))
                    return done + (ulong)header;
                at += next + 1;
            }

            if (got == 0)
                break;
        }

        return null;
    }

    // The parts follow each other, and each function has 8 bytes at least.
    private static bool IsHeader(ReadOnlySpan<byte> bytes, ulong available)
    {
        GoTableFormat? format = GoTableFormat.Of(bytes);
        if (format is null || bytes.Length < HeaderBytes)
            return false;
        const int parts = 5, leastPerFunction = 8;
        ulong functions = WordAt(bytes, 0);
        if (functions == 0 || functions > available / leastPerFunction)
            return false;
        ulong last = 0;
        for (int part = 0; part < parts && format.HasCompilationUnits; part++)
        {
            ulong offset = WordAt(bytes, format.FirstPartWord + part);
            if (offset < last || offset >= available)
                return false;
            last = offset;
        }

        return true;
    }

    private static ulong WordAt(ReadOnlySpan<byte> header, int word) => BinaryPrimitives.ReadUInt64LittleEndian(header[GoTableFormat.WordOffset(word)..]);

    private static GoTableImage? Read(ElfSource source, in ElfSegment segment, ulong skipped)
    {
        ulong offset = unchecked(segment.Offset + skipped);
        if (offset >= source.Length)
            return null;
        ulong size = Math.Min(segment.FileSize - skipped, source.Length - offset);
        var bytes = new byte[Math.Min(size, ElfFile.MaxSectionBytes)];
        return source.TryRead(offset, bytes) ? new GoTableImage(bytes, segment.VirtualAddress + skipped) : null;
    }
}
