// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>Idle times before the FIN: their median, and how many of the known ones lie within the spread around it.</summary>
public readonly record struct IdlePlateau(ulong IdleNs, ulong SpreadNs, ulong Matching, ulong Known, bool IsPlateau);
