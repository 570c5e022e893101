// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>A symbolized user stack, innermost frame first.</summary>
public sealed record StackReport(
    ulong StackId, uint Pid, IReadOnlyList<StackFrame> Frames, bool FpOnly, bool Truncated);
