// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Api.Streams;
using Xunit;

namespace Tracer.Api.Tests.Streams;

public sealed class SmallMessagesTests
{
    private static readonly long Period = (long)(SmallMessages.Period.TotalSeconds * Stopwatch.Frequency);

    [Fact]
    public void A_burst_goes_at_once_and_then_one_in_each_period()
    {
        SmallMessages messages = new(0);
        Assert.Equal(SmallMessages.Burst, Taken(messages, now: 0, tries: 100));
        Assert.Equal(0, Taken(messages, Period - 1, tries: 10));
        Assert.Equal(1, Taken(messages, Period, tries: 10));
        Assert.Equal(3, Taken(messages, 4 * Period, tries: 10));
    }

    [Fact]
    public void However_long_it_was_quiet_a_burst_is_no_longer()
    {
        SmallMessages messages = new(0);
        Assert.Equal(SmallMessages.Burst, Taken(messages, 1_000_000 * Period, tries: 100));
    }

    [Fact]
    public void What_keeps_to_one_in_each_period_is_never_held_up()
    {
        SmallMessages messages = new(0);
        for (long i = 1; i < 10_000; i++)
            Assert.True(messages.TryTake(i * Period));
    }

    private static int Taken(SmallMessages messages, long now, int tries) => Enumerable.Range(0, tries).Count(_ => messages.TryTake(now));
}
