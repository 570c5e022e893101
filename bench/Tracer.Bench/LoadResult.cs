// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>What a load did. MedianNs: of one connection, which does not move when others interrupt a few.</summary>
internal sealed record LoadResult(long Connections, double TotalNs, double MedianNs)
{
    public double PerSecond => Connections / TotalNs * 1e9;
}
