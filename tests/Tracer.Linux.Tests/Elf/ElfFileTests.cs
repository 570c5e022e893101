// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux.Elf;
using Xunit;

namespace Tracer.Linux.Tests.Elf;

public sealed class ElfFileTests
{
    private static readonly byte[] Tiny = File.ReadAllBytes(TestData.Folder("elf", "tiny.elf"));

    [Fact]
    public void Small_file_is_read_completely()
    {
        ElfFile file = Open(Tiny);

        Assert.Equal((2, 62), (file.Type, file.Machine));
        Assert.Equal("0123456789abcdef0123456789abcdef01234567", file.BuildId);
        Assert.Equal(["", ".note.gnu.build-id", ".text", ".symtab", ".strtab", ".shstrtab"], file.Sections.Select(s => s.Name));
        Assert.True(file.HasSymbolTable);
        Assert.Equal(ElfStatus.Ok, file.ReadSymbols(out ElfSymbolTable symbols));
        // no_size has none and is not guessed at.
        Assert.Equal(2, symbols.Count);
        Assert.True(file.TryFindSection(".text", out ElfSection text));
        Assert.True(file.TryAddressOf(text.Offset, out ulong start));
        Assert.Equal(text.Address, start);
        Assert.True(symbols.TryFind(start, out ElfSymbol symbol));
        Assert.Equal("_start", symbol.Name);
        Assert.True(symbols.TryFind(start + symbol.Size, out symbol));
        Assert.Equal("tiny_local", symbol.Name);
        Assert.False(symbols.TryFind(start + text.Size - 1, out _));
    }

    [Fact]
    public void Files_of_other_kinds_are_declined_politely()
    {
        Assert.Equal(ElfStatus.Unsupported, Status(File.ReadAllBytes(TestData.Folder("elf", "tiny32.elf"))));
        Assert.Equal(ElfStatus.Unsupported, Status([.. Tiny[..5], 2, .. Tiny[6..]]));
        Assert.Equal(ElfStatus.NotElf, Status("#!/bin/sh\nexit 0\n"u8.ToArray()));
        Assert.Equal(ElfStatus.NotElf, Status([]));
        Assert.Equal(ElfStatus.Malformed, Status(Tiny[..63]));
    }

    [Fact]
    public void Damaged_section_headers_leave_the_segments_usable()
    {
        byte[] image = [.. Tiny];
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(40), ulong.MaxValue - 10);

        ElfFile file = Open(image);

        Assert.Empty(file.Sections);
        Assert.Equal("0123456789abcdef0123456789abcdef01234567", file.BuildId);
        Assert.True(file.TryAddressOf(0, out ulong address));
        Assert.Equal(Open(Tiny).Segments.First(s => s.Type == ElfSegment.Load).VirtualAddress, address);
        Assert.Equal(ElfStatus.Ok, file.ReadSymbols(out ElfSymbolTable symbols));
        Assert.Equal(0, symbols.Count);
    }

    [Theory]
    [InlineData(54, 55, ElfStatus.Malformed)]
    [InlineData(56, 0xffff, ElfStatus.TooLarge)]
    [InlineData(32, 0xffff, ElfStatus.Malformed)]
    public void Lying_segment_headers_are_refused(int field, ushort value, ElfStatus expected)
    {
        byte[] image = [.. Tiny];
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(field), value);

        Assert.Equal(expected, Status(image));
    }

    [Fact]
    public void Code_wins_where_two_segments_share_a_page_of_the_file()
    {
        const uint read = 4, readExecute = 5;
        ElfFile file = Open(new ElfImageBuilder()
            .Segment(ElfSegment.Load, read, 0, 0x10000, 0x2000)
            .Segment(ElfSegment.Load, readExecute, 0x1000, 0x41000, 0x1000)
            .Build());

        Assert.True(file.TryAddressOf(0x800, out ulong data));
        Assert.Equal(0x10800UL, data);
        Assert.True(file.TryAddressOf(0x1800, out ulong code));
        Assert.Equal(0x41800UL, code);
        Assert.False(file.TryAddressOf(0x2000, out _));
    }

    [Fact]
    public void Section_is_read_only_within_the_file_and_the_bound()
    {
        ElfFile file = Open(Tiny);
        Assert.True(file.TryFindSection(".text", out ElfSection text));

        Assert.Equal(ElfStatus.Ok, file.ReadSection(text, 1000, out byte[] content));
        Assert.Equal(Tiny.AsSpan((int)text.Offset, (int)text.Size).ToArray(), content);
        Assert.Equal(ElfStatus.TooLarge, file.ReadSection(text, (int)text.Size - 1, out _));
        Assert.Equal(ElfStatus.Malformed, file.ReadSection(text with { Offset = ulong.MaxValue }, 1000, out _));
        Assert.Equal(ElfStatus.Malformed, file.ReadSection(text with { Size = ulong.MaxValue }, 1000, out _));
        Assert.Equal(ElfStatus.Malformed, file.ReadSection(text with { Type = ElfSection.NoBits }, 1000, out _));
        Assert.False(file.TryFindSection(".debug_info", out _));
    }

    private static ElfStatus Status(byte[] image) => ElfFile.Open(new MemoryElfSource(image), out _);

    private static ElfFile Open(byte[] image)
    {
        Assert.Equal(ElfStatus.Ok, ElfFile.Open(new MemoryElfSource(image), out ElfFile? file));
        return file!;
    }
}
