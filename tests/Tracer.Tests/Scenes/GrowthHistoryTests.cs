// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Scenes;

namespace Tracer.Tests.Scenes;

public sealed class GrowthHistoryTests
{
    private const ulong Second = 1_000_000_000;
    private static readonly SceneSubject Process = SceneSubject.Of(new ProcessKey(7, 1));

    private readonly GrowthHistory _history = new();
    private ulong _now = 1000 * Second;

    [Fact]
    public void What_was_there_at_the_beginning_is_no_growth() => Assert.Equal(0, Add(5000));

    [Fact]
    public void A_burst_counts_at_once_and_is_not_extrapolated()
    {
        Add(0);
        Assert.Equal(60, Add(60));
    }

    [Fact]
    public void Steady_growth_is_measured_per_minute_however_long_it_lasts()
    {
        for (int second = 0; second < 60; second++)
            Add(second);
        for (int second = 60; second < 600; second++)
            Assert.Equal(60, Add(second), 0.01);
    }

    [Fact]
    public void Growth_that_ended_is_over_a_minute_later()
    {
        Add(0);
        for (int second = 0; second < 58; second++)
            Assert.Equal(100, Add(100));
        for (int second = 0; second < 10; second++)
            Add(100);
        Assert.Equal(0, Add(100));
    }

    [Fact]
    public void Sockets_that_go_are_growth_below_zero()
    {
        Add(100);
        Assert.Equal(-40, Add(60));
    }

    [Fact]
    public void A_process_that_came_later_had_none_before_and_one_that_has_gone_has_no_growth()
    {
        _history.Add(_now, new Dictionary<SceneSubject, double> { [SceneSubject.Host] = 10 });
        var later = new Dictionary<SceneSubject, double> { [SceneSubject.Host] = 15, [Process] = 5 };
        Assert.Equal(5, _history.Add(_now + Second, later)[Process]);
        Assert.DoesNotContain(Process, _history.Add(_now + (2 * Second), new Dictionary<SceneSubject, double> { [SceneSubject.Host] = 10 }).Keys);
    }

    private double Add(double count)
    {
        double growth = _history.Add(_now, new Dictionary<SceneSubject, double> { [SceneSubject.Host] = count })[SceneSubject.Host];
        _now += Second;
        return growth;
    }
}
