// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.History;

namespace Tracer.Attribution.Tests.Findings.History;

public sealed class CloseTimesTests
{
    [Theory]
    [InlineData(1_000UL)]
    [InlineData(37_123UL)]
    [InlineData(999_999UL)]
    [InlineData(4_200_000_000UL)]
    [InlineData(65_000_000_000UL)]
    [InlineData(86_400_000_000_000UL)]
    [InlineData(3_000_000_000_000_000UL)]
    public void A_time_is_at_most_a_tenth_off(ulong ns)
    {
        CloseTimes times = new();
        times.Add(ns);
        Assert.InRange(times.Quantile(0.5)!.Value / (double)ns, 0.9, 1.1);
        Assert.InRange(times.Quantile(0.99)!.Value / (double)ns, 0.9, 1.1);
    }

    [Fact]
    public void Every_time_from_a_microsecond_to_a_month_is_at_most_a_tenth_off()
    {
        for (double ns = 1_000; ns < 2.6e15; ns *= 1.013)
        {
            CloseTimes times = new();
            times.Add((ulong)ns);
            Assert.InRange(times.Quantile(0.5)!.Value / ns, 0.9, 1.1);
        }
    }

    [Fact]
    public void The_middle_and_the_slow_end_are_told_apart()
    {
        CloseTimes times = new();
        for (ulong i = 1; i <= 1000; i++)
            times.Add(i * Story.Millisecond);
        Assert.InRange(times.Quantile(0.5)!.Value, 450 * Story.Millisecond, 550 * Story.Millisecond);
        Assert.InRange(times.Quantile(0.99)!.Value, 890 * Story.Millisecond, 1090 * Story.Millisecond);
        Assert.Equal(1000UL, times.Count);
    }

    [Fact]
    public void Nothing_closed_has_no_middle() => Assert.Null(new CloseTimes().Quantile(0.5));

    [Fact]
    public void Extremes_have_a_bucket()
    {
        CloseTimes times = new();
        times.Add(0);
        times.Add(ulong.MaxValue);
        Assert.Equal(2UL, times.CountFrom(0));
        Assert.Equal(1UL, times.CountFrom(Story.Second));
    }

    [Fact]
    public void Late_closes_are_counted()
    {
        CloseTimes times = new();
        for (int i = 0; i < 10; i++)
            times.Add(100 * Story.Millisecond);
        for (int i = 0; i < 3; i++)
            times.Add(4 * Story.Second);
        Assert.Equal(3UL, times.CountFrom(1500 * Story.Millisecond));
    }

    [Fact]
    public void Two_histograms_add_up()
    {
        CloseTimes left = new();
        CloseTimes right = new();
        left.Add(Story.Second);
        right.Add(10 * Story.Second);
        right.Add(10 * Story.Second);
        left.Add(right);
        Assert.Equal(3UL, left.Count);
        Assert.InRange(left.Quantile(0.5)!.Value, 9 * Story.Second, 11 * Story.Second);
    }
}
