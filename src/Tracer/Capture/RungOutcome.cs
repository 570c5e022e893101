// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>What came of trying a rung.</summary>
/// <param name="Reason">Why it is not to be had, with the kernel's own words; empty: it is.</param>
/// <param name="ErrorNumber">What the kernel refused it with; 0: it did not.</param>
public sealed record RungOutcome(HookRung Rung, RungState State, string Reason = "", int ErrorNumber = 0);
