// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Java;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

public sealed class LineTableTests
{
    // Bytecode 0: line 7; 3: line 8; 40: line 100; 45: line 90 (a loop's condition).
    private static readonly byte[] Table =
    [
        (0 << 3) | 7, (3 << 3) | 1, 255, .. Signed(37), .. Signed(92), 255, .. Signed(5), .. Signed(-10), 0,
    ];

    [Theory]
    [InlineData(0, 7)]
    [InlineData(2, 7)]
    [InlineData(3, 8)]
    [InlineData(39, 8)]
    [InlineData(40, 100)]
    [InlineData(44, 100)]
    [InlineData(45, 90)]
    [InlineData(1000, 90)]
    public void The_nearest_entry_before_counts(int bytecode, uint line) =>
        Assert.Equal(line, new LineTable(excludesZero: false).Find(Table, bytecode));

    [Fact]
    public void Nothing_is_found_in_nothing() => Assert.Equal(0u, new LineTable(excludesZero: true).Find([], 0));

    [Fact]
    public void A_table_that_is_cut_off_gives_what_it_has() => Assert.Equal(8u, new LineTable(excludesZero: false).Find(Table.AsSpan(0, 3), 41));

    private static IEnumerable<byte> Signed(int value) =>
        CompressedIntsTests.Encode((uint)((value << 1) ^ (value >> 31)), excludesZero: false);
}
