// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Merging;

/// <summary>Native frames of one activation of an interpreter's loop.</summary>
/// <param name="Start">Index of the innermost.</param>
/// <param name="End">Index behind the outermost.</param>
internal readonly record struct LoopSpan(int Start, int End);
