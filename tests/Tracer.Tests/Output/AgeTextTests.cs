// SPDX-License-Identifier: Apache-2.0
using Tracer.Output;

namespace Tracer.Tests.Output;

public sealed class AgeTextTests
{
    [Theory]
    [InlineData(-1, "0ms")]
    [InlineData(0, "0ms")]
    [InlineData(0.0001234, "0.123ms")]
    [InlineData(0.9999, "999ms")]
    [InlineData(5.29, "5.2s")]
    [InlineData(65, "65.0s")]
    [InlineData(119.99, "119.9s")]
    [InlineData(120, "2m00s")]
    [InlineData(3599.9, "59m59s")]
    [InlineData(3725, "1h02m")]
    [InlineData(86_399, "23h59m")]
    [InlineData(190_000, "2d04h")]
    public void A_time_span_reads_like_a_clock_and_is_never_rounded_up(double seconds, string text) =>
        Assert.Equal(text, AgeText.Format(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_lower_bound_is_marked_as_one() => Assert.Equal(">=5.0s", AgeText.Format(TimeSpan.FromSeconds(5), isLowerBound: true));
}
