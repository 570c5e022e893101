// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Ring;
using Xunit;

namespace Tracer.Bpf.Tests.Ring;

public sealed class RingPacerTests
{
    [Fact]
    public void A_busy_ring_is_never_slept_on()
    {
        var pacer = new RingPacer();

        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(pacer.ShouldSleep(records: 1)));
    }

    [Fact]
    public void Sleep_follows_four_naps_that_brought_nothing()
    {
        var pacer = new RingPacer();
        pacer.ShouldSleep(records: 1);

        Assert.Equal([false, false, false, false, true, true], Enumerable.Range(0, 6).Select(_ => pacer.ShouldSleep(records: 0)));
    }

    [Fact]
    public void A_record_starts_the_count_again()
    {
        var pacer = new RingPacer(dryNapsBeforeSleep: 2);
        pacer.ShouldSleep(records: 0);
        pacer.ShouldSleep(records: 1);

        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => pacer.ShouldSleep(records: 0)));
    }

    [Fact]
    public void What_comes_alone_is_followed_by_a_sleep_at_once()
    {
        var pacer = new RingPacer();
        pacer.ShouldSleep(records: 1);
        pacer.SkipNaps();

        Assert.True(pacer.ShouldSleep(records: 0));
        Assert.False(pacer.ShouldSleep(records: 1));
    }

    [Fact]
    public void Many_records_in_one_drain_make_the_nap_longer()
    {
        var pacer = new RingPacer();

        Assert.Equal(RingPacer.NapTime, pacer.NextNap(RingPacer.ManyRecords - 1));
        Assert.Equal(RingPacer.LongNapTime, pacer.NextNap(RingPacer.ManyRecords));
        Assert.True(RingPacer.LongNapTime > RingPacer.NapTime);
    }

    [Fact]
    public void The_first_nap_after_the_doorbell_is_short_unless_there_is_much()
    {
        var pacer = new RingPacer();
        pacer.Awaken();

        Assert.Equal([RingPacer.FirstNapTime, RingPacer.NapTime], [pacer.NextNap(records: 1), pacer.NextNap(records: 1)]);
        pacer.Awaken();
        Assert.Equal([RingPacer.LongNapTime, RingPacer.NapTime], [pacer.NextNap(RingPacer.ManyRecords), pacer.NextNap(records: 1)]);
        Assert.True(RingPacer.FirstNapTime < RingPacer.NapTime);
    }
}
