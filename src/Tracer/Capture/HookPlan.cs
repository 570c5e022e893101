// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Bpf.Probe;

namespace Tracer.Capture;

/// <summary>Which hook carries each fact on this kernel, found by trying.</summary>
public sealed class HookPlan
{
    private readonly List<HookStatus> _hooks = [];
    private readonly HashSet<string> _programs = [];

    private HookPlan()
    {
    }

    public IReadOnlyList<HookStatus> Hooks => _hooks;

    /// <summary>Stacks are walked by unwind tables, not by frame pointers alone.</summary>
    public bool UsesUnwindTables => RungOf(HookLadders.Stacks) == HookLadders.UnwindTables;

    /// <summary>Some program is a kprobe or a kretprobe.</summary>
    public bool UsesKprobes => _hooks.Exists(hook => hook.Rung.StartsWith("kprobe/", StringComparison.Ordinal) || hook.Rung.StartsWith("kretprobe/", StringComparison.Ordinal));

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
        var plan = new HookPlan();
        foreach (HookFact fact in HookLadders.All)
            plan.Climb(fact, probe, forced.GetValueOrDefault(fact.Name));
        return plan;
    }

    internal static RungOutcome Judge(HookRung rung, ProgramProbe probe)
    {
        if (rung.Trial?.Try(probe) is { Works: false } refused)
            return new RungOutcome(rung, RungState.Refused, refused.Reason, refused.ErrorNumber);
        return new RungOutcome(rung, RungState.Usable);
    }

    private void Climb(HookFact fact, ProgramProbe probe, string? forced)
    {
        var refused = new List<(string Rung, string Reason)>();
        foreach (HookRung rung in fact.Rungs.Where(rung => forced is null || rung.Name == forced))
        {
            RungOutcome outcome = Judge(rung, probe);
            if (outcome.State == RungState.Usable)
            {
                _hooks.Add(new HookStatus(fact.Name, rung.Name, refused, rung.Cost));
                _programs.UnionWith(rung.Programs);
                return;
            }
            if (forced is not null)
                throw new HookChoiceException($"--hooks {fact.Name}={rung.Name}: {outcome.Reason}");
            refused.Add((rung.Name, outcome.Reason));
        }
        _hooks.Add(new HookStatus(fact.Name, "", refused, "this fact is not known"));
        if (fact.IsRequired)
            Unsupported = $"this kernel takes no hook for {fact.Name}: " + string.Join("; ", refused.Select(r => $"{r.Rung}: {r.Reason}"));
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
