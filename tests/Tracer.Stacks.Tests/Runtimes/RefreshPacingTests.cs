// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Runtimes;

public sealed class RefreshPacingTests
{
    [Fact]
    public void Pauses_double_up_to_the_longest()
    {
        var time = new ManualTime();
        var pacing = new RefreshPacing(time, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        var begun = new List<int>();
        for (int second = 0; second < 300; second++)
        {
            if (pacing.TryBegin())
                begun.Add(second);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 2, 6, 14, 30, 62, 122, 182, 242], begun);
    }

    [Fact]
    public void Failure_goes_straight_to_the_longest_pause()
    {
        var time = new ManualTime();
        var pacing = new RefreshPacing(time, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        Assert.True(pacing.TryBegin());
        pacing.SlowDown();

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(pacing.TryBegin());
        Assert.Equal(1, pacing.Refusals);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(pacing.TryBegin());
    }
}
