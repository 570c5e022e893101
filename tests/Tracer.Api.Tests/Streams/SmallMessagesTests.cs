// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Api.Streams;
using Xunit;

namespace Tracer.Api.Tests.Streams;

public sealed class SmallMessagesTests
{
    private static readonly long Period = Ticks(SmallMessages.PeriodOf(1));

    [Fact]
    public void A_burst_goes_at_once_and_then_one_in_each_period()
    {
        SmallMessages messages = new();
        Assert.Equal(SmallMessages.Burst, Taken(messages, now: 0, tries: 100));
        Assert.Equal(0, Taken(messages, Period - 1, tries: 10));
        Assert.Equal(1, Taken(messages, Period, tries: 10));
        Assert.Equal(3, Taken(messages, 4 * Period, tries: 10));
    }

    [Fact]
    public void However_long_it_was_quiet_a_burst_is_no_longer()
    {
        SmallMessages messages = new();
        Assert.Equal(SmallMessages.Burst, Taken(messages, 1_000_000 * Period, tries: 100));
    }

    [Fact]
    public void What_keeps_to_one_in_each_period_is_never_held_up()
    {
        SmallMessages messages = new();
        for (long i = 1; i < 10_000; i++)
            Assert.True(messages.TryTake(i * Period, SmallMessages.PeriodOf(1)));
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(5, 1000)]
    [InlineData(10, 1000)]
    [InlineData(20, 2000)] // none is held up for more than 10 ms
    public void Many_streams_together_send_hardly_more_than_few(int streams, int inSecond)
    {
        TimeSpan period = SmallMessages.PeriodOf(streams);
        long step = Ticks(TimeSpan.FromMilliseconds(0.5));
        int sent = 0;
        foreach (SmallMessages messages in Enumerable.Range(0, streams).Select(static _ => new SmallMessages()))
        {
            Taken(messages, now: 0, tries: 100, streams);
            sent += Enumerable.Range(1, 2000).Count(i => messages.TryTake(i * step, period));
        }

        Assert.Equal(inSecond, sent);
    }

    private static int Taken(SmallMessages messages, long now, int tries, int streams = 1) =>
        Enumerable.Range(0, tries).Count(_ => messages.TryTake(now, SmallMessages.PeriodOf(streams)));

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
