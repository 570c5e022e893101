// SPDX-License-Identifier: Apache-2.0
using Tracer.Scenes;

namespace Tracer.Tests.Scenes;

public sealed class SceneConditionTests
{
    [Theory]
    [InlineData("close_wait > 500", SceneMetric.CloseWait, false, 500, false, "close_wait-over-500")]
    [InlineData(" close_wait>=1 ", SceneMetric.CloseWait, true, 1, false, "close_wait-over-1")]
    [InlineData("close_wait > 100 per process", SceneMetric.CloseWait, false, 100, true, "close_wait-over-100-per-process")]
    [InlineData("growth > 50/min", SceneMetric.Growth, false, 50, false, "growth-over-50")]
    [InlineData("growth >= 0.5/min per   process", SceneMetric.Growth, true, 0.5, true, "growth-over-0.5-per-process")]
    [InlineData("fd_share > 80%", SceneMetric.DescriptorShare, false, 80, false, "fd_share-over-80")]
    [InlineData("fd_share > 80% per process", SceneMetric.DescriptorShare, false, 80, true, "fd_share-over-80-per-process")]
    [InlineData("listen_queue >= 100%", SceneMetric.ListenQueue, true, 100, false, "listen_queue-over-100")]
    public void A_condition_is_read(string text, SceneMetric metric, bool includesThreshold, double threshold, bool isPerProcess, string slug)
    {
        SceneCondition? condition = SceneCondition.Parse(text, out string problem);
        Assert.Equal(new SceneCondition(metric, includesThreshold, threshold, isPerProcess), condition);
        Assert.Equal(("", slug), (problem, condition!.Slug));
    }

    [Theory]
    [InlineData("close_wait>500", "close_wait > 500")]
    [InlineData("growth>=50/min per process", "growth >= 50/min per process")]
    [InlineData("fd_share  >  80.5%", "fd_share > 80.5%")]
    public void A_condition_is_shown_as_it_can_be_read_again(string text, string shown)
    {
        SceneCondition condition = SceneCondition.Parse(text, out _)!;
        Assert.Equal(shown, condition.ToString());
        Assert.Equal(condition, SceneCondition.Parse(shown, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("close_wait")]
    [InlineData("close_wait > lots")]
    [InlineData("close_wait > -5")]
    [InlineData("close_wait 500")]
    [InlineData("close_wait > 500 per host")]
    [InlineData("close_wait > 500 now")]
    [InlineData("close_wait > 1e3")]
    [InlineData("close_wait > 500\nper process extra")]
    [InlineData("> 500")]
    public void What_is_no_condition_is_answered_with_examples(string text)
    {
        Assert.Null(SceneCondition.Parse(text, out string problem));
        Assert.StartsWith("is not a condition such as 'close_wait > 500'", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("time_wait > 500", "begins with neither close_wait, growth, fd_share nor listen_queue")]
    [InlineData("close_wait < 500", "compares with something other than > or >=")]
    [InlineData("close_wait == 500", "compares with something other than > or >=")]
    [InlineData("close_wait > 50%", "has a unit: close_wait is a number of sockets")]
    [InlineData("growth > 50", "needs the unit /min, as in 'growth > 50/min'")]
    [InlineData("growth > 50/s", "needs the unit /min, as in 'growth > 50/min'")]
    [InlineData("growth > 50% per process", "needs the unit /min, as in 'growth > 50/min per process'")]
    [InlineData("fd_share > 80", "needs the unit %, as in 'fd_share > 80%'")]
    [InlineData("listen_queue > 90", "needs the unit %, as in 'listen_queue > 90%'")]
    [InlineData("listen_queue > 90% per process", "is about listeners, not about processes: leave 'per process' out")]
    [InlineData("fd_share > 101%", "is a share of more than 100%")]
    [InlineData("close_wait > 99999999999", "has a number that nothing reaches")]
    [InlineData("close_wait >= 0", "is always true")]
    public void What_is_wrong_with_a_condition_is_named(string text, string expected)
    {
        Assert.Null(SceneCondition.Parse(text, out string problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("close_wait > 500", 500, false)]
    [InlineData("close_wait > 500", 501, true)]
    [InlineData("close_wait >= 500", 500, true)]
    [InlineData("close_wait >= 500", 499, false)]
    public void The_operator_decides_at_the_threshold(string text, double value, bool isMet) =>
        Assert.Equal(isMet, SceneCondition.Parse(text, out _)!.IsMet(value));

    [Theory]
    [InlineData("close_wait > 500", 500, false)]
    [InlineData("close_wait > 500", 451, false)]
    [InlineData("close_wait > 500", 450, true)]
    [InlineData("close_wait > 0", 0, true)]
    [InlineData("close_wait >= 1", 0, true)]
    [InlineData("close_wait >= 1", 1, false)]
    public void A_crossing_is_over_when_the_value_is_clearly_below(string text, double value, bool isOver) =>
        Assert.Equal(isOver, SceneCondition.Parse(text, out _)!.IsOver(value));
}
