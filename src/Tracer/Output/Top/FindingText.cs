// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;

namespace Tracer.Output.Top;

/// <summary>The cells of one finding.</summary>
internal static class FindingText
{
    public static double DescriptorShare(Finding finding) => finding.Descriptors.Count == 0 ? 0 : finding.Descriptors.Max(use => use.Share);

    public static string Descriptors(Finding finding)
    {
        double share = DescriptorShare(finding);
        return share > 0 ? share.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal) : "-";
    }

    public static string Growth(Finding finding) => finding.GrowthPerMinute switch
    {
        > 0 and < 9.95 => finding.GrowthPerMinute.ToString("+0.0", CultureInfo.InvariantCulture),
        > 0 => finding.GrowthPerMinute.ToString("+0", CultureInfo.InvariantCulture),
        < 0 => finding.GrowthPerMinute.ToString("0", CultureInfo.InvariantCulture),
        _ => "0",
    };

    public static string Age(Finding finding) =>
        finding.Oldest is null ? "-" : AgeText.Format(finding.Oldest.ToTimeSpan(), finding.OldestIsLowerBound);

    public static string Owner(Finding finding)
    {
        string comm = TargetText.Clean(finding.Owner?.Comm ?? "");
        return finding.Owner switch
        {
            { ProcessCount: 1, Processes: [var only, ..] } => $"{comm}({only.Pid})",
            { ProcessCount: > 1 } owner => $"{comm} x{owner.ProcessCount}",
            _ => comm.Length > 0 ? comm : "not known",
        };
    }

    /// <summary>The line of code to look at, else where the sockets come from.</summary>
    public static string Place(Finding finding) => TargetText.Clean((finding.Code ?? finding.Origin)?.Label ?? "");

    public static string Verdict(Verdict verdict) => verdict switch
    {
        CloseWait.V1.Verdict.NeverAccepted => "never accepted",
        CloseWait.V1.Verdict.EofNotRead => "EOF not read",
        CloseWait.V1.Verdict.EofReadNotClosed => "EOF read, open",
        CloseWait.V1.Verdict.HeldElsewhere => "held elsewhere",
        CloseWait.V1.Verdict.HalfCloseInUse => "half-close",
        CloseWait.V1.Verdict.ResetButOpen => "reset, open",
        CloseWait.V1.Verdict.ShutdownButOpen => "shutdown, open",
        CloseWait.V1.Verdict.SlowClose => "slow close",
        _ => "unknown",
    };

    public static IEnumerable<string> Searchable(Finding finding) =>
        [Owner(finding), Place(finding), finding.Origin?.Label ?? "", Verdict(finding.Verdict), finding.Headline, finding.Owner?.Unit ?? "", finding.Owner?.Exe ?? ""];
}
