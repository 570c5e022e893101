// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>All findings, worst first, and what was counted on the way.</summary>
public sealed record FindingReport(
    IReadOnlyList<Finding> Findings,
    ulong CloseWaits,
    ulong LeftOpen,
    ulong HarmlessFindings,
    IReadOnlyDictionary<Verdict, ulong> Verdicts,
    IReadOnlyDictionary<EndReason, ulong> Ends);
