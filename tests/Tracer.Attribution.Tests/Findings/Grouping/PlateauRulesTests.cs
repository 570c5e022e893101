// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Attribution.Findings.Grouping;

namespace Tracer.Attribution.Tests.Findings.Grouping;

public sealed class PlateauRulesTests
{
    private const ulong Ms = Story.Millisecond;

    [Fact]
    public void Equal_idle_times_are_a_timeout()
    {
        IdlePlateau plateau = Find(60_000, 60_001, 60_010, 60_200, 59_900);
        Assert.Equal((60_001 * Ms, 150 * Ms, 5UL, 5UL, true), (plateau.IdleNs, plateau.SpreadNs, plateau.Matching, plateau.Known, plateau.IsPlateau));
    }

    [Theory]
    [InlineData(5, 1, false)] // 5 of 6 are more than four fifths
    [InlineData(8, 2, false)]
    [InlineData(7, 2, true)]
    [InlineData(4, 1, false)]
    [InlineData(3, 2, true)]
    public void Four_fifths_of_them_must_match(int alike, int others, bool isBroken)
    {
        ulong[] times = [.. Enumerable.Repeat(30_000 * Ms, alike), .. Enumerable.Range(1, others).Select(i => (ulong)i * 100_000 * Ms)];
        IdlePlateau plateau = PlateauRules.Find(times);
        Assert.Equal((!isBroken, (ulong)alike), (plateau.IsPlateau, plateau.Matching));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void Three_are_enough_when_all_match(int count, bool expected) =>
        Assert.Equal(expected, PlateauRules.Find(Enumerable.Repeat(15_000 * Ms, count).ToArray()).IsPlateau);

    [Fact]
    public void Of_four_that_do_not_all_match_nothing_follows() => Assert.False(Find(15_000, 15_000, 15_000, 99_000).IsPlateau);

    [Fact]
    public void Short_times_are_alike_by_being_short()
    {
        Assert.False(Find(0, 1, 2, 3, 4, 5).IsPlateau);
        Assert.False(Find(999, 999, 999, 999, 999).IsPlateau);
        Assert.True(Find(1000, 1000, 1000, 1000, 1000).IsPlateau);
    }

    [Fact]
    public void The_tolerance_is_a_quarter_second_or_a_hundredth()
    {
        Assert.Equal(5UL, Find(9_750, 10_000, 10_000, 10_000, 10_250).Matching);
        Assert.Equal(3UL, Find(9_749, 10_000, 10_000, 10_000, 10_251).Matching);
        Assert.Equal(5UL, Find(594_000, 600_000, 600_000, 600_000, 606_000).Matching);
        Assert.Equal(3UL, Find(593_999, 600_000, 600_000, 600_000, 606_001).Matching);
    }

    [Fact]
    public void Nothing_known_is_no_plateau() => Assert.Equal(default, PlateauRules.Find([]));

    private static IdlePlateau Find(params ulong[] milliseconds) => PlateauRules.Find(milliseconds.Select(time => time * Ms).ToArray());
}
