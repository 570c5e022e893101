// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Threads;

/// <summary>What a cache of unwind rules holds, and what it may.</summary>
/// <param name="Files">Files whose rules are kept.</param>
/// <param name="MaxFiles">The bound.</param>
/// <param name="Bytes">Of their rules.</param>
/// <param name="MaxBytes">The bound.</param>
/// <param name="Evictions">How many were dropped at a bound.</param>
/// <param name="Compilations">How often rules were made from a file.</param>
public readonly record struct UnwindTableUsage(int Files, int MaxFiles, long Bytes, long MaxBytes, ulong Evictions, ulong Compilations);
