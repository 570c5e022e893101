// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf;

/// <summary>
/// What the kernel counted about one program. Runs and their time stay 0 unless kernel.bpf_stats_enabled is on;
/// recursion misses (runs skipped because the program was already running on that CPU) are counted always, since 5.12. Verified
/// instructions, of every way that the verifier took, are the time that loading it took; since 5.16.
/// </summary>
public readonly record struct ProgramStatistics(ulong RunCount, ulong RunTimeNs, ulong RecursionMisses, uint VerifiedInstructions);
