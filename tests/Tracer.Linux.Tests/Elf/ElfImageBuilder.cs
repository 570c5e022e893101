// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Tracer.Linux.Elf;

namespace Tracer.Linux.Tests.Elf;

/// <summary>Builds ELF images with just the symbols and segments that a test is about.</summary>
internal sealed class ElfImageBuilder
{
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const int SectionBytes = 64;
    private const int SymbolBytes = 24;

    private readonly List<(uint Type, uint Flags, ulong Offset, ulong Address, ulong Size)> _segments = [];
    private readonly List<byte> _symbols = [.. new byte[SymbolBytes]];
    private readonly List<byte> _names = [0];

    internal const byte Local = 0;
    internal const byte Global = 1;
    internal const byte Weak = 2;

    internal ulong? SymbolTableSize { get; init; }

    internal ulong SymbolEntrySize { get; init; } = SymbolBytes;

    internal uint NamesLink { get; init; } = 2;

    internal ElfImageBuilder Segment(uint type, uint flags, ulong offset, ulong address, ulong size)
    {
        _segments.Add((type, flags, offset, address, size));
        return this;
    }

    internal ElfImageBuilder Function(string name, ulong address, ulong size, byte binding = Global, byte type = 2, ushort section = 1)
    {
        var entry = new byte[SymbolBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)_names.Count);
        entry[4] = (byte)((binding << 4) | type);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(6), section);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(16), size);
        _symbols.AddRange(entry);
        _names.AddRange(Encoding.UTF8.GetBytes(name));
        _names.Add(0);
        return this;
    }

    /// <summary>Sections: null, .symtab, .strtab, .shstrtab.</summary>
    internal byte[] Build()
    {
        byte[] sectionNames = "\0.symtab\0.strtab\0.shstrtab\0"u8.ToArray();
        int symbols = HeaderBytes + (_segments.Count * SegmentBytes);
        int names = symbols + _symbols.Count;
        int sectionNamesAt = names + _names.Count;
        int sections = sectionNamesAt + sectionNames.Length;
        var image = new byte[sections + (4 * SectionBytes)];
        WriteHeader(image, sections);
        for (int i = 0; i < _segments.Count; i++)
            WriteSegment(image.AsSpan(HeaderBytes + (i * SegmentBytes)), _segments[i]);
        _symbols.CopyTo(image, symbols);
        _names.CopyTo(image, names);
        sectionNames.CopyTo(image, sectionNamesAt);
        WriteSection(image.AsSpan(sections + SectionBytes), 1, ElfSection.SymbolTable, symbols, SymbolTableSize ?? (ulong)_symbols.Count, NamesLink, SymbolEntrySize);
        WriteSection(image.AsSpan(sections + (2 * SectionBytes)), 9, ElfSection.StringTable, names, (ulong)_names.Count, 0, 0);
        WriteSection(image.AsSpan(sections + (3 * SectionBytes)), 17, ElfSection.StringTable, sectionNamesAt, (ulong)sectionNames.Length, 0, 0);
        return image;
    }

    /// <summary>Builds and opens.</summary>
    internal ElfSymbolTable ReadSymbols()
    {
        ElfFile.Open(new MemoryElfSource(Build()), out ElfFile? file);
        file!.ReadSymbols(out ElfSymbolTable symbols);
        return symbols;
    }

    private void WriteHeader(Span<byte> image, int sections)
    {
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image[16..], 3);
        BinaryPrimitives.WriteUInt16LittleEndian(image[18..], 62);
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(image[40..], (ulong)sections);
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], SegmentBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], (ushort)_segments.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(image[58..], SectionBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(image[60..], 4);
        BinaryPrimitives.WriteUInt16LittleEndian(image[62..], 3);
    }

    private static void WriteSegment(Span<byte> at, (uint Type, uint Flags, ulong Offset, ulong Address, ulong Size) segment)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, segment.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], segment.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(at[8..], segment.Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(at[16..], segment.Address);
        BinaryPrimitives.WriteUInt64LittleEndian(at[32..], segment.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(at[40..], segment.Size);
        BinaryPrimitives.WriteUInt64LittleEndian(at[48..], 0x1000);
    }

    private static void WriteSection(Span<byte> at, uint name, uint type, int offset, ulong size, uint link, ulong entrySize)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, name);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], type);
        BinaryPrimitives.WriteUInt64LittleEndian(at[24..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(at[32..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(at[40..], link);
        BinaryPrimitives.WriteUInt64LittleEndian(at[56..], entrySize);
    }
}
