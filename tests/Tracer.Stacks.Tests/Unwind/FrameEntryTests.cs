// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux.Elf;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>Hand-made sections: how entries are written, and where they are found.</summary>
public sealed class FrameEntryTests
{
    private static readonly UnwindRow[] OneFunction = [UnwindTableCompilerTests.Sp(0, 1), UnwindTableCompilerTests.None(0x20)];

    [Theory]
    [InlineData("zR", new byte[] { 0x1b }, (byte)1)]
    [InlineData("zR", new byte[] { 0x1b }, (byte)3)]
    [InlineData("zR", new byte[] { 0x1b }, (byte)4)]
    [InlineData("zPLR", new byte[] { 0x9b, 1, 2, 3, 4, 0x1b, 0x1b }, (byte)1)]
    [InlineData("zRPL", new byte[] { 0x1b, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 0x00 }, (byte)1)]
    public void Augmentations_are_read(string augmentation, byte[] data, byte version) => UnwindTableCompilerTests.AssertRows(
        new FrameImage().Shared(augmentation, data, version: version).Function(0, 0x20).Compile(), OneFunction);

    [Theory]
    [InlineData("", new byte[0])]
    [InlineData("zR", new byte[] { 0x00 })]
    [InlineData("zR", new byte[] { 0x04 })]
    [InlineData("zR", new byte[] { 0x0c })]
    [InlineData("eh", new byte[0])]
    public void Absolute_addresses_of_eight_bytes_are_read(string augmentation, byte[] data)
    {
        byte[] place = [.. BitConverter.GetBytes(FrameImage.CodeAddress), .. BitConverter.GetBytes(0x20L)];
        UnwindTableCompilerTests.AssertRows(new FrameImage().Shared(augmentation, data).FunctionAt(place).Compile(), OneFunction);
    }

    [Fact]
    public void Addresses_of_four_bytes_and_variable_length_are_read()
    {
        byte[] fixedLength = [.. BitConverter.GetBytes((uint)FrameImage.CodeAddress), 0x20, 0, 0, 0];
        UnwindTableCompilerTests.AssertRows(new FrameImage().Shared("zR", [0x03]).FunctionAt(fixedLength).Compile(), OneFunction);
        // 0x401000 in groups of seven bits.
        UnwindTableCompilerTests.AssertRows(new FrameImage().Shared("zR", [0x01]).FunctionAt([0x80, 0xa0, 0x80, 0x02, 0x20]).Compile(), OneFunction);
        UnwindTableCompilerTests.AssertRows(new FrameImage().Shared("zR", [0x09]).FunctionAt([0x80, 0xa0, 0x80, 0x02, 0x20]).Compile(), OneFunction);
    }

    [Theory]
    [InlineData("zRX", new byte[] { 0x1b })]
    [InlineData("X", new byte[0])]
    [InlineData("zR", new byte[] { 0x9b })]
    [InlineData("zR", new byte[] { 0x2b })]
    [InlineData("zR", new byte[] { 0xff })]
    [InlineData("zR", new byte[0])]
    public void Entry_that_cannot_be_followed_is_left_out(string augmentation, byte[] data) =>
        Assert.Equal(UnwindTableStatus.Malformed, new FrameImage().Shared(augmentation, data).Function(0, 0x20).TryCompile(out _));

    [Fact]
    public void Other_return_address_column_is_not_this_processor() =>
        Assert.Equal(UnwindTableStatus.Malformed, new FrameImage().Shared(returnAddress: 30).Function(0, 0x20).TryCompile(out _));

    [Fact]
    public void Rules_of_a_shared_entry_that_moves_are_unsupported() => UnwindTableCompilerTests.AssertRows(
        new FrameImage().Shared(instructions: [0x0c, 7, 8, 0x41, 0x90, 1]).Function(0, 0x20).Compile(),
        OneFunction[0] with { Kind = UnwindRowKind.Unsupported, CfaOffset = 0 }, OneFunction[1]);

    [Fact]
    public void Entries_after_a_terminator_count() => UnwindTableCompilerTests.AssertRows(
        new FrameImage().Shared().Raw(0, 0, 0, 0).Function(0, 0x20).Compile(), OneFunction);

    [Fact]
    public void Long_form_of_the_length_is_read() => UnwindTableCompilerTests.AssertRows(
        new FrameImage().Raw([0xff, 0xff, 0xff, 0xff, 12, 0, 0, 0, 0, 0, 0, 0, .. new byte[12]]).Shared().Function(0, 0x20).Compile(), OneFunction);

    [Fact]
    public void Code_beyond_its_segment_is_cut_and_code_outside_left_out()
    {
        UnwindTable table = new FrameImage().Shared().Function(0xff0, 0x100).Function(0x1000, 0x10).Function(-0x10, 0x10).Function(0x20, 0).Compile();
        UnwindTableCompilerTests.AssertRows(table, UnwindTableCompilerTests.Sp(0xff0, 1), UnwindTableCompilerTests.None(0x1000));
    }

    [Fact]
    public void Section_is_found_without_section_headers()
    {
        using ElfFile file = ElfImages.Open(new FrameImage().Shared().Function(0, 0x20).Build(hasSections: false));
        Assert.Equal(UnwindTableStatus.Ok, UnwindTableCompiler.Compile(file, out UnwindTable? table));
        UnwindTableCompilerTests.AssertRows(table!, OneFunction);
    }

    [Fact]
    public void Real_library_without_section_headers_has_the_same_table()
    {
        byte[] image = File.ReadAllBytes("/lib/x86_64-linux-gnu/libc.so.6");
        using ElfFile whole = ElfImages.Open(image);
        Assert.Equal(UnwindTableStatus.Ok, UnwindTableCompiler.Compile(whole, out UnwindTable? expected));
        byte[] bare = [.. image];
        const int sectionOffset = 40, sectionCount = 60;
        BinaryPrimitives.WriteUInt64LittleEndian(bare.AsSpan(sectionOffset), 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bare.AsSpan(sectionCount), 0);
        using ElfFile stripped = ElfImages.Open(bare);
        Assert.Empty(stripped.Sections);
        Assert.Equal(UnwindTableStatus.Ok, UnwindTableCompiler.Compile(stripped, out UnwindTable? table));
        Assert.Equal(expected!.Rows, table!.Rows);
    }

    [Fact]
    public void File_of_another_processor_is_refused()
    {
        using ElfFile file = ElfImages.Open(new FrameImage().Shared().Function(0, 0x20).Build(machine: 183));
        Assert.Equal(UnwindTableStatus.UnsupportedMachine, UnwindTableCompiler.Compile(file, out UnwindTable? table));
        Assert.Null(table);
    }

    [Fact]
    public void Empty_section_is_no_frame_information() =>
        Assert.Equal(UnwindTableStatus.NoFrameInformation, new FrameImage().Raw(0, 0, 0, 0).TryCompile(out _));

    [Fact]
    public void More_rows_than_the_bound_are_refused()
    {
        var rows = new UnwindRowList();
        for (uint i = 0; i <= UnwindRowList.MaxRows; i++)
        {
            Assert.False(rows.IsFull);
            rows.Add(new UnwindRow(i, UnwindRowKind.StackPointer, 0, (short)(i % 2)));
        }

        Assert.True(rows.IsFull);
        Assert.Equal(UnwindRowList.MaxRows, rows.ToArray().Length);
    }
}
