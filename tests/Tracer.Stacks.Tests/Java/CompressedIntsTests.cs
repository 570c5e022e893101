// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Java;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

public sealed class CompressedIntsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_written_is_read_in_both_forms(bool excludesZero)
    {
        int[] values = [0, 1, 189, 190, 191, 192, 193, 255, 256, 12_000, 12_477, 12_478, 1 << 20, int.MaxValue, -1, int.MinValue];
        var stream = new CompressedInts(values.SelectMany(value => Encode((uint)value, excludesZero)).ToArray(), excludesZero);
        foreach (int value in values)
        {
            Assert.True(stream.TryRead(out int read));
            Assert.Equal(value, read);
        }

        Assert.False(stream.TryRead(out _));
    }

    [Fact]
    public void The_sign_is_in_the_lowest_bit()
    {
        var stream = new CompressedInts([0, 1, 2, 3], excludesZero: false);
        foreach (int expected in new[] { 0, -1, 1, -2 })
        {
            Assert.True(stream.TryReadSigned(out int value));
            Assert.Equal(expected, value);
        }
    }

    [Fact]
    public void A_number_that_is_cut_off_is_none() => Assert.False(new CompressedInts([200, 200], excludesZero: false).TryRead(out _));

    [Fact]
    public void Zero_is_no_number_where_it_is_excluded() => Assert.False(new CompressedInts([0], excludesZero: true).TryRead(out _));

    internal static IEnumerable<byte> Encode(uint value, bool excludesZero)
    {
        uint excluded = excludesZero ? 1u : 0;
        uint low = 192 - excluded;
        for (int i = 0; i < 4 && value >= low; i++)
        {
            value -= low;
            yield return (byte)(excluded + low + (value % 64));
            value /= 64;
        }

        yield return (byte)(excluded + value);
    }
}
