// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests.Unwind;

/// <summary>One FDE as readelf interprets it: the code it is about, by linked address, and its rows.</summary>
internal sealed record ReadelfFunction(ulong Start, ulong End, List<ReadelfRow> Rows);
