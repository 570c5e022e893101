// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Bpf.Probe;

namespace Tracer.Capture;

/// <summary>A fact with all of its rungs tried, also those that the daemon never comes to.</summary>
public sealed record LadderReport(HookFact Fact, HookStatus Hook, IReadOnlyList<RungOutcome> Rungs)
{
    /// <summary>Rungs that would tell more than the chosen one, and cannot be had.</summary>
    public IEnumerable<RungOutcome> BetterOnes => Rungs.TakeWhile(rung => rung.State != RungState.Chosen).Where(rung => rung.State == RungState.Refused);

    public bool IsUnknown => Hook.Rung is "" or HookLadders.None;

    public static IReadOnlyList<LadderReport> Make(HookPlan plan, ProgramProbe probe) =>
        [.. HookLadders.All.Zip(plan.Hooks, (fact, hook) => new LadderReport(fact, hook, [.. fact.Rungs.Select(rung => Try(rung, hook, probe))]))];

    private static RungOutcome Try(HookRung rung, HookStatus hook, ProgramProbe probe) =>
        rung.Name == hook.Rung ? new RungOutcome(rung, RungState.Chosen) : HookPlan.Judge(rung, probe);
}
