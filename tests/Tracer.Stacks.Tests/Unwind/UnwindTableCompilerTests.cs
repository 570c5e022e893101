// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>Hand-made entries: each instruction and each kind of row.</summary>
public sealed class UnwindTableCompilerTests
{
    private static readonly UnwindRow AtEntry = Sp(0, 1);

    [Fact]
    public void Prologue_and_epilogue_give_a_row_per_place() => AssertRows(
        [
            0x41, 0x0e, 16, 0x86, 2, // advance 1; cfa rsp+16; rbp at cfa-16
            0x43, 0x0d, 6, // advance 3; cfa rbp+16
            0x02, 0x20, 0x0c, 7, 8, // advance_loc1 32; cfa rsp+8
        ],
        AtEntry, Sp(1, 2, saved: 2), Row(4, UnwindRowKind.FramePointer, 2, saved: 2), Sp(0x24, 1, saved: 2));

    [Fact]
    public void Every_way_to_advance_is_followed() => AssertRows(
        [
            0x02, 0x10, 0x0e, 16, // advance_loc1
            0x03, 0x10, 0x00, 0x0e, 24, // advance_loc2
            0x04, 0x10, 0x00, 0x00, 0x00, 0x0e, 32, // advance_loc4
            0x50, 0x0e, 40, // advance_loc
        ],
        AtEntry, Sp(0x10, 2), Sp(0x20, 3), Sp(0x30, 4), Sp(0x40, 5));

    [Fact]
    public void Set_loc_moves_to_an_address()
    {
        // The operand is relative to itself, like the address in the entry: 1 byte after the instructions' begin.
        const int operandOffset = 0x4000 + 24 + 18;
        byte[] relative = BitConverter.GetBytes((int)FrameImage.CodeOffset + 0x30 - operandOffset);
        UnwindTable table = new FrameImage().Shared().Function(0, 0x80, [0x01, .. relative, 0x0e, 16]).Compile();
        AssertRows(table, AtEntry, Sp(0x30, 2), None(0x80));
    }

    [Fact]
    public void Remembered_rules_come_back() => AssertRows(
        [
            0x41, 0x0e, 32, 0x86, 2, // advance; cfa rsp+32; rbp at cfa-16
            0x41, 0x0a, 0x0e, 8, 0xc6, // advance; remember; cfa rsp+8; restore rbp
            0x41, 0x0b, // advance; restore_state
        ],
        AtEntry, Sp(1, 4, saved: 2), Sp(2, 1), Sp(3, 4, saved: 2));

    [Fact]
    public void Restoring_what_was_not_remembered_is_unsupported() => AssertRows([0x41, 0x0b, 0x41, 0x0e, 16], AtEntry, Unsupported(1));

    [Fact]
    public void Every_way_to_say_where_the_frame_pointer_is_gives_the_same_row()
    {
        // offset; offset_extended; offset_extended_sf; GNU_negative_offset_extended (of a negative offset).
        foreach (byte[] instruction in (byte[][])[[0x86, 3], [0x05, 6, 3], [0x11, 6, 3], [0x2f, 6, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]])
            AssertRows([0x41, .. instruction], AtEntry, Sp(1, 1, saved: 3));
    }

    [Fact]
    public void Frame_pointer_that_is_untouched_or_lost_stays_in_its_register()
    {
        // restore_extended; undefined; same_value; register rbp.
        foreach (byte[] instruction in (byte[][])[[0x06, 6], [0x07, 6], [0x08, 6], [0x09, 6, 6]])
            AssertRows([0x86, 2, 0x41, .. instruction], Sp(0, 1, saved: 2), Sp(1, 1));
    }

    [Fact]
    public void Frame_pointer_that_a_row_cannot_say_is_unsupported()
    {
        // In rbx; at cfa+8; at cfa-2048; is cfa-16, twice; by expressions.
        foreach (byte[] instruction in (byte[][])
            [[0x09, 6, 3], [0x11, 6, 0x7f], [0x05, 6, 0x80, 0x02], [0x14, 6, 2], [0x15, 6, 2], [0x10, 6, 2, 0x77, 0], [0x16, 6, 2, 0x76, 0]])
            AssertRows([0x41, .. instruction], AtEntry, Unsupported(1));
    }

    [Fact]
    public void Farthest_frame_pointer_and_largest_offset_fit() => AssertRows(
        [0x41, 0x0e, 0xf8, 0xff, 0x0f, 0x05, 6, 0xff, 0x01], // cfa rsp+262136; rbp at cfa-2040
        AtEntry, Sp(1, short.MaxValue, saved: 255));

    [Fact]
    public void Cfa_that_a_row_cannot_say_is_unsupported()
    {
        // rsp+12; rsp+262144; r10+0; rsp by expression.
        foreach (byte[] instruction in (byte[][])[[0x0e, 12], [0x0e, 0x80, 0x80, 0x10], [0x0c, 10, 0], [0x0f, 3, 0x77, 8, 0x06]])
            AssertRows([0x41, .. instruction], AtEntry, Unsupported(1));
    }

    [Fact]
    public void Signed_cfa_offsets_are_in_units() => AssertRows(
        [0x41, 0x13, 0x7e, 0x41, 0x12, 6, 0x7d], // def_cfa_offset_sf -2; def_cfa_sf rbp -3
        AtEntry, Sp(1, 2), Row(2, UnwindRowKind.FramePointer, 3));

    [Fact]
    public void Realigned_stack_takes_the_cfa_from_the_frame() => AssertRows(
        [0x41, 0x10, 6, 2, 0x76, 0, 0x0f, 3, 0x76, 0x78, 0x06], // rbp at rbp+0; cfa *(rbp-8)
        AtEntry, Row(1, UnwindRowKind.FramePointerDeref, -1));

    [Fact]
    public void Rule_of_the_lazy_binding_stubs_is_known() => AssertRows(
        [0x46, 0x0e, 24, 0x4a, 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22],
        AtEntry, Sp(6, 3), Row(16, UnwindRowKind.Plt, 0));

    [Fact]
    public void Outermost_function_is_the_end() => AssertRows([0x41, 0x07, 16], AtEntry, Row(1, UnwindRowKind.End, 0));

    [Fact]
    public void Return_address_elsewhere_is_unsupported() => AssertRows([0x41, 0x90, 2], AtEntry, Unsupported(1));

    [Fact]
    public void Signal_trampoline_is_known_by_its_layout()
    {
        byte[] trampoline =
        [
            0x0f, 4, 0x77, 0xa0, 0x01, 0x06, // cfa *(rsp+160)
            0x10, 6, 3, 0x77, 0xf8, 0x00, // rbp at rsp+120
            0x10, 16, 3, 0x77, 0xa8, 0x01, // rip at rsp+168
        ];
        UnwindTable table = new FrameImage().Shared("zRS").Function(0, 9, trampoline).Function(9, 9, 0x0e, 16).Compile();
        AssertRows(table, Row(0, UnwindRowKind.Signal, 0), Unsupported(9), None(18));
    }

    [Fact]
    public void Equal_neighbours_are_one_row_and_a_gap_is_a_row() => AssertRows(
        new FrameImage().Shared().Function(0x100, 0x20, 0x48, 0x0e, 16, 0x48, 0x0e, 8).Function(0, 0x10).Function(0x10, 0x10, 0x48, 0x2e, 4).Compile(),
        AtEntry, None(0x20), Sp(0x100, 1), Sp(0x108, 2), Sp(0x110, 1), None(0x120));

    [Fact]
    public void Second_description_of_the_same_code_is_left_out()
    {
        UnwindTable table = new FrameImage().Shared().Function(0, 0x20).Function(0x10, 0x20, 0x0e, 16).Function(0x30, 0x10).Compile();
        AssertRows(table, AtEntry, None(0x20), Sp(0x30, 1), None(0x40));
        Assert.Equal(2, table.Functions);
    }

    [Fact]
    public void Unknown_instruction_makes_the_rest_of_its_function_unsupported()
    {
        UnwindTable table = new FrameImage().Shared().Function(0, 0x20, 0x44, 0x3c, 0x44, 0x0e, 16).Function(0x20, 0x20).Compile();
        AssertRows(table, AtEntry, Unsupported(4), Sp(0x20, 1), None(0x40));
        Assert.Equal(1, table.UnsupportedRows);
    }

    internal static UnwindRow Sp(uint offset, short words, byte saved = 0) => Row(offset, UnwindRowKind.StackPointer, words, saved);

    internal static UnwindRow None(uint offset) => Row(offset, UnwindRowKind.None, 0);

    internal static void AssertRows(UnwindTable table, params UnwindRow[] expected) => Assert.Equal(expected, table.Rows);

    private static UnwindRow Unsupported(uint offset) => Row(offset, UnwindRowKind.Unsupported, 0);

    private static UnwindRow Row(uint offset, UnwindRowKind kind, short words, byte saved = 0) =>
        new(FrameImage.CodeOffset + offset, kind, saved, words);

    // One function of 128 bytes; its end is not repeated in each test.
    private static void AssertRows(byte[] instructions, params UnwindRow[] expected) =>
        AssertRows(new FrameImage().Shared().Function(0, 0x80, instructions).Compile(), [.. expected, None(0x80)]);
}
