// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>Descriptors of a process that holds sockets of a finding. <paramref name="ExhaustionNs"/>: time left at the present growth; null: it does not grow.</summary>
public sealed record DescriptorUse(ProcessKey Process, string Comm, DescriptorFacts Facts, ulong Stuck, ulong? ExhaustionNs)
{
    /// <summary>accept() and open() fail with EMFILE.</summary>
    public bool IsExhausted => Facts.Limit > 0 && Facts.Open >= Facts.Limit;

    /// <summary>0 to 1; 0 without a known limit.</summary>
    public double Share => Facts.Limit == 0 ? 0 : (double)Facts.Open / Facts.Limit;
}
