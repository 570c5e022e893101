// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class ClockSetTests
{
    private static readonly ClockSet Clocks = new(
        MonotonicNs: 1_000_000_000, BoottimeNs: 5_000_000_000, RealtimeNs: 1_700_000_000_000_000_000);

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void Times_before_and_after_the_reading_are_converted()
    {
        Assert.Equal(Now, Clocks.MonotonicToWallClock(1_000_000_000));
        Assert.Equal(Now.AddSeconds(-1), Clocks.MonotonicToWallClock(0));
        Assert.Equal(Now.AddMilliseconds(1500), Clocks.MonotonicToWallClock(2_500_000_000));
        Assert.Equal(Now.AddSeconds(-5), Clocks.BoottimeToWallClock(0));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue / 2)]
    [InlineData((ulong.MaxValue / 2) + 1_000_000_001)]
    public void Nonsensical_times_do_not_throw(ulong time)
    {
        Assert.InRange(Clocks.MonotonicToWallClock(time).Ticks, 0, DateTime.MaxValue.Ticks);
        Assert.InRange(Clocks.BoottimeToWallClock(time).Ticks, 0, DateTime.MaxValue.Ticks);
    }

    [Fact]
    public void Live_clocks_agree_with_each_other_and_with_the_framework()
    {
        ulong before = ClockSet.ReadMonotonicNs();
        ClockSet clocks = ClockSet.Read();
        ulong after = ClockSet.ReadMonotonicNs();

        Assert.InRange(clocks.MonotonicNs, before, after);
        // The boot clock also counts suspended time.
        Assert.True(clocks.BoottimeNs + 1_000_000 >= clocks.MonotonicNs);
        Assert.InRange(DateTimeOffset.UtcNow - clocks.MonotonicToWallClock(ClockSet.ReadMonotonicNs()), TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
        double uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(uptime - (clocks.BoottimeNs / 1e9), -0.1, 30);
    }
}
