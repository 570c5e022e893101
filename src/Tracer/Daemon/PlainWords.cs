// SPDX-License-Identifier: Apache-2.0
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Linux.Interop;

namespace Tracer.Daemon;

/// <summary>What a survey found, for somebody who is no kernel developer.</summary>
internal sealed class PlainWords(KernelFacts kernel, IReadOnlyList<LadderReport> ladders)
{
    /// <summary>Options without which something else would not work either.</summary>
    private readonly HashSet<string> _proven =
    [
        .. ladders.SelectMany(ladder => ladder.Rungs).Where(rung => rung.State is RungState.Chosen or RungState.Usable)
            .SelectMany(rung => rung.Rung.Trial?.Needs.Options ?? []),
    ];

    /// <summary>How well it works here, in one line.</summary>
    public string Summary()
    {
        string[] unknown = [.. ladders.Where(ladder => ladder.IsUnknown).Select(ladder => ladder.Fact.Name)];
        string[] lesser = [.. ladders.Where(ladder => !ladder.IsUnknown && ladder.Hook.Cost.Length > 0).Select(ladder => ladder.Fact.Name)];
        if (unknown.Length + lesser.Length == 0)
            return "works fully";
        List<string> parts = [];
        if (lesser.Length > 0)
            parts.Add($"{lesser.Length} of {ladders.Count} facts {(lesser.Length == 1 ? "has" : "have")} a lesser hook ({string.Join(", ", lesser)})");
        if (unknown.Length > 0)
            parts.Add($"{unknown.Length} of {ladders.Count} facts {(unknown.Length == 1 ? "is" : "are")} not known ({string.Join(", ", unknown)})");
        return $"works, with less detail: {string.Join("; ", parts)}";
    }

    /// <summary>Why a rung is not to be had; empty if it is.</summary>
    public string Why(RungOutcome outcome)
    {
        if (outcome is not { State: RungState.Refused, Rung.Trial.Needs: { } needs })
            return outcome.Reason;
        if (IsTooOld(needs))
            return $"needs kernel {needs.Since}";
        if (IsLockedDown(needs))
            return "forbidden by lockdown=confidentiality";
        return outcome.ErrorNumber switch
        {
            Errno.EPERM => $"refused to root: {Errno.Describe(Errno.EPERM)}",
            Errno.ENOENT => "this kernel was built without it",
            _ => outcome.Reason,
        };
    }

    /// <summary>What would bring a refused rung; empty where <see cref="Why"/> says it, or nothing is known to.</summary>
    public string Remedy(RungOutcome outcome)
    {
        if (outcome is not { State: RungState.Refused, Rung.Trial.Needs: { } needs } || IsTooOld(needs))
            return "";
        if (IsLockedDown(needs))
            return "a boot without lockdown=confidentiality";
        string options = string.Join(", ", needs.Options.Where(option => !_proven.Contains(option)));
        return outcome.ErrorNumber == Errno.EPERM && options.Length > 0 ? $"{options}, where no policy forbids it" : options;
    }

    private bool IsLockedDown(KernelNeed needs) => needs.IsLockedDown && kernel.Lockdown == LockdownMode.Confidentiality;

    private bool IsTooOld(KernelNeed needs) => kernel.Version is { } version && version < needs.Since;
}
