// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Inspection;

/// <summary>What is asked for.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Tids">Its threads; empty: all, up to a bound.</param>
/// <param name="OmitStacks">Only states.</param>
internal sealed record InspectionRequest(uint Pid, IReadOnlyList<uint> Tids, bool OmitStacks);
