// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Mapping;
using Tracer.Attribution.Findings;
using Kind = CloseWait.V1.FindingChange.Types.Kind;
using Proto = CloseWait.V1;

namespace Tracer.Api.Findings;

/// <summary>What one client was told of the findings, and what it must be told next.</summary>
internal sealed class FindingDiff(FindingMapper mapper)
{
    private Dictionary<string, Told> _told = [];

    /// <summary>As it was when it was told last: what changes little by little is told too, in time.</summary>
    private sealed record Told(Finding Finding, Proto.Finding Message);

    public int Count => _told.Count;

    /// <summary>In the order of the report: worst first; what is gone comes last.</summary>
    public IReadOnlyList<Proto.FindingChange> Update(FindingSnapshot snapshot, bool isFirst)
    {
        List<Proto.FindingChange> changes = [];
        Dictionary<string, Told> now = [];
        foreach (Finding finding in snapshot.Report.Findings)
        {
            bool isKnown = _told.Remove(finding.Id, out Told? before);
            if (isKnown && !Differ(before!.Finding, finding))
            {
                now[finding.Id] = before;
                continue;
            }
            Told told = new(finding, mapper.ToFinding(finding, snapshot));
            if (now.TryAdd(finding.Id, told))
                changes.Add(new Proto.FindingChange { Kind = isFirst ? Kind.Existing : isKnown ? Kind.Changed : Kind.Appeared, Finding = told.Message });
        }
        changes.AddRange(_told.Values.Select(static gone => new Proto.FindingChange { Kind = Kind.Gone, Finding = gone.Message }));
        _told = now;
        return changes;
    }

    // Ages grow all the time, and a client can count them itself.
    private static bool Differ(Finding left, Finding right) =>
        left.Sockets != right.Sockets || left.Closed != right.Closed || left.Severity != right.Severity || left.Headline != right.Headline
        || Math.Abs(left.GrowthPerMinute - right.GrowthPerMinute) >= 1;
}
