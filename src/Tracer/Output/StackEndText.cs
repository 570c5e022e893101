// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Why a stack may have callers that it does not show, and frames without names.</summary>
internal static class StackEndText
{
    /// <summary>Null: nothing is missing.</summary>
    public static string? Describe(Actor actor)
    {
        string? end = actor.StackEnd switch
        {
            StackEnd.Truncated => "deeper than the tracer follows",
            StackEnd.ReadFailed => "ends here: the next frame's memory could not be read",
            StackEnd.NoMapping => "ends here: the next address is not in mapped code",
            StackEnd.BadFrame => "ends here: the next frame pointer leads nowhere",
            StackEnd.UnsupportedRule => "ends here: the code's unwind rule is not supported",
            StackEnd.Busy => "ends here: the process was changing its mappings",
            _ => null,
        };
        // Wherever a walk follows frame pointers through code that keeps none, it passes over callers.
        string? gaps = actor.StackEnd == StackEnd.KernelWalk ? "walked by frame pointers only: callers may be missing"
            : actor.StackFpOnly ? "taken before all tables were known: frames may be missing"
            : null;
        string? names = actor.StackLimitation.Length > 0 ? TargetText.Clean(actor.StackLimitation) : null;
        string[] reasons = [.. new[] { gaps, end, names }.OfType<string>()];
        return reasons.Length == 0 ? null : $"({string.Join("; ", reasons)})";
    }
}
