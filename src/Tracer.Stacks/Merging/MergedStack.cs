// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>A stack as a person reads it.</summary>
/// <param name="Frames">Innermost first.</param>
/// <param name="UserFrame">Index of the line to show; null when every frame is a library's or the runtime's.</param>
public sealed record MergedStack(IReadOnlyList<ResolvedFrame> Frames, int? UserFrame)
{
    /// <summary>Frames have no names because the process had been asked for them a moment ago: resolving again later may name them.</summary>
    public bool MayImprove { get; init; }

    /// <summary>Why frames of a language runtime have no names; empty: nothing hinders.</summary>
    public string Limitation { get; init; } = "";
}
