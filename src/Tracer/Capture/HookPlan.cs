// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Bpf;
using Tracer.Bpf.Probe;

namespace Tracer.Capture;

/// <summary>Which hook carries each fact on this kernel, found by trying.</summary>
public sealed class HookPlan
{
    private readonly List<HookStatus> _hooks = [];
    private readonly HashSet<string> _programs = [];

    private HookPlan(bool usesHash) => UsesHash = usesHash;

    /// <summary>Owner records are in the hash table, not in socket storage.</summary>
    public bool UsesHash { get; }

    public IReadOnlyList<HookStatus> Hooks => _hooks;

    /// <summary>Stacks are walked by unwind tables, not by frame pointers alone.</summary>
    public bool UsesUnwindTables => RungOf(HookLadders.Stacks) == HookLadders.UnwindTables;

    private string OwnerTable => UsesHash ? HookLadders.Hash : HookLadders.Storage;

    /// <summary>Programs to load.</summary>
    public IReadOnlySet<string> Programs => _programs;

    /// <summary>Null when every required fact has a hook; otherwise one line that says what this kernel lacks.</summary>
    public string? Unsupported { get; private set; }

    public string RungOf(string fact) => _hooks.Find(h => h.Fact == fact)?.Rung ?? "";

    /// <summary>Chooses for every fact the best rung that the kernel takes.</summary>
    /// <param name="forced">Rung by fact, from <c>--hooks</c>; a rung that cannot be had is an error.</param>
    /// <exception cref="HookChoiceException">A forced fact or rung does not exist or does not work here.</exception>
    public static HookPlan Choose(ProgramProbe probe, IReadOnlyDictionary<string, string> forced)
    {
        CheckNames(forced);
        var plan = new HookPlan(MustUseHash(probe, forced));
        foreach (HookFact fact in HookLadders.All)
            plan.Climb(fact, probe, forced.GetValueOrDefault(fact.Name));
        return plan;
    }

    private void Climb(HookFact fact, ProgramProbe probe, string? forced)
    {
        var refused = new List<(string Rung, string Reason)>();
        foreach (HookRung rung in fact.Rungs)
        {
            string? reason = forced is not null && rung.Name != forced ? null : ReasonAgainst(rung, probe);
            if (forced is not null && rung.Name != forced)
                continue;
            if (reason is null)
            {
                _hooks.Add(new HookStatus(fact.Name, rung.Name, refused, rung.Cost));
                _programs.UnionWith(rung.Programs);
                return;
            }
            if (forced is not null)
                throw new HookChoiceException($"--hooks {fact.Name}={rung.Name}: {(reason.Length > 0 ? reason : $"has no meaning with {HookLadders.Owner}={OwnerTable}")}");
            if (reason.Length > 0)
                refused.Add((rung.Name, reason));
        }
        _hooks.Add(new HookStatus(fact.Name, "", refused, "this fact is not known"));
        if (fact.IsRequired)
            Unsupported = $"this kernel takes no hook for {fact.Name}: " + string.Join("; ", refused.Select(r => $"{r.Rung}: {r.Reason}"));
    }

    /// <summary>Null: usable. Empty: has no meaning with the chosen owner table, not worth telling.</summary>
    private string? ReasonAgainst(HookRung rung, ProgramProbe probe)
    {
        if (rung.OnlyWithHash is { } hash && hash != UsesHash)
            return "";
        if (rung.Name == HookLadders.Storage && UsesHash)
            return probe.TryTracingHelper(BpfHelper.SkStorageGet) is { Works: false } no ? no.Reason : "the hash table was asked for";
        if (rung.Try?.Invoke(probe) is { Works: false } refused)
            return refused.Reason;
        return rung.NeedsHash && !UsesHash ? "needs owner records in the hash table" : null;
    }

    private static bool MustUseHash(ProgramProbe probe, IReadOnlyDictionary<string, string> forced)
    {
        if (forced.GetValueOrDefault(HookLadders.Owner) is { } owner)
            return owner == HookLadders.Hash;
        bool forcedByProbe = HookLadders.All.Any(f => f.Rungs.Any(r => r.NeedsHash && forced.GetValueOrDefault(f.Name) == r.Name));
        return forcedByProbe || !probe.TryTracingHelper(BpfHelper.SkStorageGet).Works;
    }

    private static void CheckNames(IReadOnlyDictionary<string, string> forced)
    {
        foreach ((string name, string rung) in forced)
        {
            HookFact fact = HookLadders.All.FirstOrDefault(f => f.Name == name)
                ?? throw new HookChoiceException($"--hooks: no fact '{name}'; there are: {string.Join(", ", HookLadders.All.Select(f => f.Name))}");
            if (fact.Rungs.All(r => r.Name != rung))
                throw new HookChoiceException($"--hooks: '{name}' has no rung '{rung}'; there are: {string.Join(", ", fact.Rungs.Select(r => r.Name))}");
        }
    }
}
