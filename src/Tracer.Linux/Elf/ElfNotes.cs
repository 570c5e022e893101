// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Linux.Elf;

/// <summary>Finds the build id in the notes of a file.</summary>
internal static class ElfNotes
{
    private const int MaxNoteBytes = 64 * 1024;
    private const int MaxBuildIdBytes = 64;
    private const int HeaderBytes = 12;
    private const uint BuildIdType = 3;

    internal static string FindBuildId(ElfFile file)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type == ElfSegment.Note && Find(file.Source, segment.Offset, segment.FileSize, segment.Alignment) is { } id)
                return id;
        }

        return file.TryFindSection(".note.gnu.build-id", out ElfSection section) && section.Type == ElfSection.Note
            && Find(file.Source, section.Offset, section.Size, alignment: 4) is { } found
            ? found
            : "";
    }

    private static string? Find(ElfSource source, ulong offset, ulong size, ulong alignment)
    {
        if (size > MaxNoteBytes || size > source.Length)
            return null;
        var notes = new byte[size];
        return source.TryRead(offset, notes) ? Find(notes, alignment == 8 ? 8UL : 4UL) : null;
    }

    private static string? Find(ReadOnlySpan<byte> notes, ulong alignment)
    {
        while (notes.Length >= HeaderBytes)
        {
            ulong nameSize = BinaryPrimitives.ReadUInt32LittleEndian(notes);
            ulong descriptionSize = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
            ulong start = Align(HeaderBytes + nameSize, alignment);
            if (start > (ulong)notes.Length || descriptionSize > (ulong)notes.Length - start)
                return null;

            ReadOnlySpan<byte> name = notes.Slice(HeaderBytes, (int)nameSize);
            if (type == BuildIdType && name.SequenceEqual("GNU\0"u8) && descriptionSize is > 0 and <= MaxBuildIdBytes)
                return Convert.ToHexStringLower(notes.Slice((int)start, (int)descriptionSize));
            ulong next = Align(start + descriptionSize, alignment);
            notes = next >= (ulong)notes.Length ? default : notes[(int)next..];
        }

        return null;
    }

    private static ulong Align(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);
}
