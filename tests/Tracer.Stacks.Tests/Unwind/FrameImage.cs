// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Tracer.Linux.Elf;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>
/// Builds an ELF image with code at file offset 0x1000, linked at 0x401000, and an .eh_frame of hand-made entries at 0x4000, linked at 0x404000.
/// </summary>
internal sealed class FrameImage
{
    internal const uint CodeOffset = 0x1000;
    internal const ulong CodeAddress = 0x401000;

    private const int SectionOffset = 0x4000;
    private const ulong SectionAddress = 0x404000;
    private const int ImageBytes = 0x8000;

    // def_cfa rsp+8; offset rip at cfa-8.
    private static readonly byte[] UsualRules = [0x0c, 7, 8, 0x90, 1];

    private readonly List<byte> _section = [];
    private int _shared;
    private bool _hasLength = true;

    /// <summary>Begins a CIE with augmentation "zR" (addresses are 4 bytes, relative to themselves), units 1 and -8, and the usual rules.</summary>
    internal FrameImage Shared(string augmentation = "zR", byte[]? data = null, byte[]? instructions = null, byte version = 1, byte returnAddress = 16)
    {
        data ??= [0x1b];
        _hasLength = augmentation.StartsWith('z');
        _shared = _section.Count;
        byte[] pointer = augmentation == "eh" ? new byte[8] : [];
        byte[] addressAndSegmentSize = version == 4 ? [8, 0] : [];
        byte[] length = _hasLength ? [(byte)data.Length] : [];
        return Entry(
            [0, 0, 0, 0, version, .. Encoding.ASCII.GetBytes(augmentation), 0, .. pointer, .. addressAndSegmentSize, 1, 0x78, returnAddress, .. length, .. data,
            .. instructions ?? UsualRules]);
    }

    /// <summary>Adds an FDE of the last CIE for code at a place from the first.</summary>
    internal FrameImage Function(int start, int size, params byte[] instructions)
    {
        int place = SectionOffset + _section.Count + 8;
        var relative = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(relative, (int)CodeOffset + start - place);
        BinaryPrimitives.WriteInt32LittleEndian(relative.AsSpan(4), size);
        return FunctionAt(relative, instructions);
    }

    /// <summary>Adds an FDE of the last CIE whose address and size are in an encoding of the test's.</summary>
    internal FrameImage FunctionAt(byte[] addressAndSize, params byte[] instructions)
    {
        byte[] distance = BitConverter.GetBytes(_section.Count + 4 - _shared);
        byte[] length = _hasLength ? [0] : [];
        return Entry([.. distance, .. addressAndSize, .. length, .. instructions]);
    }

    /// <summary>Adds bytes as they are.</summary>
    internal FrameImage Raw(params byte[] bytes)
    {
        _section.AddRange(bytes);
        return this;
    }

    internal UnwindTable Compile()
    {
        Assert.Equal(UnwindTableStatus.Ok, TryCompile(out UnwindTable? table));
        return table!;
    }

    internal UnwindTableStatus TryCompile(out UnwindTable? table)
    {
        using ElfFile file = ElfImages.Open(Build());
        return UnwindTableCompiler.Compile(file, out table);
    }

    /// <summary>The image with the section found by its header, or by the program header for unwinders.</summary>
    internal byte[] Build(bool hasSections = true, ushort machine = 62)
    {
        const int names = 0x200, sections = 0x300;
        var image = new byte[ImageBytes];
        var writer = new BinaryWriter(new MemoryStream(image));
        writer.Write([0x7f, .. "ELF"u8, 2, 1, 1]);
        Seek(writer, 16).Write((ushort)3);
        writer.Write(machine);
        Seek(writer, 32).Write(64L);
        writer.Write((long)(hasSections ? sections : 0));
        WriteCounts(Seek(writer, 52), hasSections);
        WriteSegment(Seek(writer, 64), type: 1, flags: 5, CodeOffset, CodeAddress, 0x1000);
        WriteSegment(writer, type: 1, flags: 4, SectionOffset, SectionAddress, 0x2000);
        WriteSegment(writer, type: 0x6474e550, flags: 4, 0x400, 0x400400, 12);
        Seek(writer, names).Write("\0.eh_frame\0"u8);
        WriteSection(Seek(writer, sections + 64), name: 1, type: 1, SectionAddress, SectionOffset, _section.Count);
        WriteSection(writer, name: 0, type: 3, address: 0, names, size: 16);
        // Version 1, pointer relative to itself in 4 bytes, no table.
        Seek(writer, 0x400).Write([1, 0x1b, 0xff, 0xff]);
        writer.Write((int)(SectionAddress - 0x400404));
        Seek(writer, SectionOffset).Write([.. _section]);
        return image;
    }

    private FrameImage Entry(byte[] content)
    {
        // Entries end on a boundary of 4, with nops.
        byte[] padded = [.. content, .. new byte[-content.Length & 3]];
        _section.AddRange(BitConverter.GetBytes(padded.Length));
        _section.AddRange(padded);
        return this;
    }

    private static BinaryWriter Seek(BinaryWriter writer, int offset)
    {
        writer.Seek(offset, SeekOrigin.Begin);
        return writer;
    }

    private static void WriteCounts(BinaryWriter writer, bool hasSections)
    {
        foreach (int value in (ReadOnlySpan<int>)[64, 56, 3, 64, hasSections ? 3 : 0, 2])
            writer.Write((ushort)value);
    }

    private static void WriteSegment(BinaryWriter writer, uint type, uint flags, ulong offset, ulong address, ulong size)
    {
        writer.Write(type);
        writer.Write(flags);
        foreach (ulong value in (ReadOnlySpan<ulong>)[offset, address, address, size, size, 0x1000])
            writer.Write(value);
    }

    private static void WriteSection(BinaryWriter writer, uint name, uint type, ulong address, long offset, long size)
    {
        writer.Write(name);
        writer.Write(type);
        foreach (ulong value in (ReadOnlySpan<ulong>)[2, address, (ulong)offset, (ulong)size, 0, 8, 0])
            writer.Write(value);
    }
}
