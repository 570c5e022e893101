// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Commands;

/// <summary>Which findings make a command fail: any, those of at least a severity, or those with a verdict.</summary>
internal sealed record FailCondition(Severity LeastSeverity, Verdict? Verdict)
{
    /// <summary>Findings that are left out as harmless may fulfil it.</summary>
    public bool ConcernsHarmless => Verdict is CloseWait.V1.Verdict.HalfCloseInUse or CloseWait.V1.Verdict.SlowClose;

    public static FailCondition Parse(OptionValue value) => value.Text.ToLowerInvariant() switch
    {
        "any" => new(Severity.Unspecified, null),
        "notice" => new(Severity.Notice, null),
        "warning" => new(Severity.Warning, null),
        "critical" => new(Severity.Critical, null),
        _ when ValueParser.TryVerdict(value.Text) is { } verdict => new(Severity.Unspecified, verdict),
        _ => throw value.Bad("is not any, notice, warning, critical or a verdict (never-accepted, eof-not-read ...)"),
    };

    public bool IsMetBy(Finding finding) => Verdict is { } verdict ? finding.Verdict == verdict : finding.Severity >= LeastSeverity;
}
