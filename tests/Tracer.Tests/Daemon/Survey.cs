// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Linux.Procfs;

namespace Tracer.Tests.Daemon;

/// <summary>A kernel that a test makes up.</summary>
internal static class Survey
{
    public const ulong AllCapabilities = ~0ul;

    public static KernelFacts Kernel(string release, LockdownMode lockdown = LockdownMode.None, bool hasBtf = true, ulong capabilities = AllCapabilities, ulong? memlock = null) =>
        new(release, 4_000_000, lockdown, hasBtf, 2, new LinuxCapabilitySet(capabilities), memlock is { } limit ? new ResourceLimit(limit, limit) : null);

    /// <summary>All facts have their best hook, but for those with a refusal, which fall to the rung given with it.</summary>
    public static IReadOnlyList<LadderReport> Ladders(params (string Fact, string Rung, int ErrorNumber, string Reason)[] refusals) =>
        [.. HookLadders.All.Select(fact => Ladder(fact, [.. refusals.Where(r => r.Fact == fact.Name)]))];

    private static LadderReport Ladder(HookFact fact, (string Fact, string Rung, int ErrorNumber, string Reason)[] refusals)
    {
        if (refusals.Length == 0)
            return new LadderReport(fact, new HookStatus(fact.Name, fact.Rungs[0].Name, [], ""), [.. fact.Rungs.Select((r, i) => new RungOutcome(r, i == 0 ? RungState.Chosen : RungState.Usable))]);
        HookRung chosen = fact.Rungs.Single(r => r.Name == refusals[0].Rung);
        RungOutcome[] rungs = [.. fact.Rungs.TakeWhile(r => r != chosen).Zip(refusals, (r, refusal) => new RungOutcome(r, RungState.Refused, refusal.Reason, refusal.ErrorNumber)), new RungOutcome(chosen, RungState.Chosen)];
        return new LadderReport(fact, new HookStatus(fact.Name, chosen.Name, [.. rungs.SkipLast(1).Select(r => (r.Rung.Name, r.Reason))], chosen.Cost), rungs);
    }
}
