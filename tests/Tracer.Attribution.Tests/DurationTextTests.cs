// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Tests;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(400, "0 ms")]
    [InlineData(412_000, "412 us")]
    [InlineData(999_499, "999 us")]
    [InlineData(999_500, "1 ms")]
    [InlineData(412_000_000, "412 ms")]
    [InlineData(999_499_999, "999 ms")]
    [InlineData(999_500_000, "1.0 s")]
    [InlineData(59_960_000_000, "60.0 s")]
    [InlineData(65_000_000_000, "65.0 s")]
    [InlineData(119_940_000_000, "119.9 s")]
    [InlineData(119_960_000_000, "2 min")]
    [InlineData(200_000_000_000, "3 min 20 s")]
    [InlineData(3_599_400_000_000, "59 min 59 s")]
    [InlineData(3_599_600_000_000, "1 h")]
    [InlineData(7_500_000_000_000, "2 h 5 min")]
    [InlineData(86_370_000_000_000, "1 d")]
    [InlineData(273_600_000_000_000, "3 d 4 h")]
    [InlineData(ulong.MaxValue, "213504 d")]
    public void A_span_is_written_in_the_units_a_reader_thinks_in(ulong ns, string expected) => Assert.Equal(expected, DurationText.Format(ns));
}
