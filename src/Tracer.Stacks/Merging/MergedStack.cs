// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>A stack as a person reads it.</summary>
/// <param name="Frames">Innermost first.</param>
/// <param name="UserFrame">Index of the line to show; null when every frame is a library's or the runtime's.</param>
public sealed record MergedStack(IReadOnlyList<ResolvedFrame> Frames, int? UserFrame);
