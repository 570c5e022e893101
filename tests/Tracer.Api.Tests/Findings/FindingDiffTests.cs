// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api.Findings;
using Tracer.Api.Mapping;
using Tracer.Api.Tests.Given;
using Xunit;
using Finding = Tracer.Attribution.Findings.Finding;
using Kind = CloseWait.V1.FindingChange.Types.Kind;
using Severity = Tracer.Attribution.Findings.Severity;

namespace Tracer.Api.Tests.Findings;

public class FindingDiffTests
{
    private readonly FindingDiff _diff = new(new FindingMapper(new FakeFacts()));

    [Fact]
    public void What_comes_changes_and_goes_is_told_once()
    {
        Assert.Equal([(Kind.Existing, "a"), (Kind.Existing, "b")], Update(isFirst: true, TestFindings.Finding("a"), TestFindings.Finding("b")));
        Assert.Empty(Update(isFirst: false, TestFindings.Finding("b"), TestFindings.Finding("a")));
        Assert.Equal([(Kind.Appeared, "c"), (Kind.Gone, "b")], Update(isFirst: false, TestFindings.Finding("c"), TestFindings.Finding("a")));
        Assert.Equal(2, _diff.Count);
        Assert.Equal([(Kind.Gone, "a"), (Kind.Gone, "c")], Update(isFirst: false).Order());
        Assert.Equal([(Kind.Appeared, "a")], Update(isFirst: false, TestFindings.Finding("a")));
    }

    [Fact]
    public void Numbers_that_matter_are_changes_and_ages_are_not()
    {
        Finding first = TestFindings.Finding("a", sockets: 3);
        Update(isFirst: true, first);
        Finding[] alike = [first with { OldestNs = 99 }, first with { GrowthPerMinute = 0.4 }, first with { Advice = ["x"] }];
        Assert.All(alike, finding => Assert.Empty(Update(isFirst: false, finding)));
        Finding[] others =
        [
            first with { Sockets = 4 }, first with { Severity = Severity.Critical }, first with { Headline = "b" }, first with { Closed = 1 },
            first with { GrowthPerMinute = 2 },
        ];
        Assert.All(others, finding => Assert.Equal([(Kind.Changed, "a")], Update(isFirst: false, finding)));
    }

    [Fact]
    public void A_slow_change_is_told_when_it_has_added_up()
    {
        Finding first = TestFindings.Finding("a");
        Update(isFirst: true, first);
        List<double> told = [];
        for (int step = 1; step <= 20; step++)
        {
            Finding next = first with { GrowthPerMinute = step / 10.0 };
            if (Update(isFirst: false, next).Count > 0)
                told.Add(next.GrowthPerMinute);
        }
        Assert.Equal([1.0, 2.0], told);
    }

    [Fact]
    public void A_finding_that_is_gone_is_told_as_it_was_last()
    {
        Update(isFirst: true, TestFindings.Finding("a", sockets: 1));
        Update(isFirst: false, TestFindings.Finding("a", sockets: 5));

        FindingChange gone = Assert.Single(_diff.Update(TestFindings.Snapshot(), isFirst: false));

        Assert.Equal((Kind.Gone, 5ul), (gone.Kind, gone.Finding.Sockets));
    }

    private List<(Kind Kind, string Id)> Update(bool isFirst, params Finding[] findings) =>
        [.. _diff.Update(TestFindings.Snapshot(findings), isFirst).Select(static change => (change.Kind, change.Finding.Id))];
}
