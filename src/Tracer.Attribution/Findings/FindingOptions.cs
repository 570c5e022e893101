// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>What counts as stuck.</summary>
public sealed record FindingOptions
{
    /// <summary>Younger sockets are not judged: busy servers close within that time.</summary>
    public ulong MinAgeNs { get; init; } = 3_000_000_000;

    /// <summary>Findings of an innocent verdict are told too.</summary>
    public bool IncludesHarmless { get; init; }

    /// <summary>CLOCK_MONOTONIC of the begin of tracing.</summary>
    public ulong TracingSinceKtimeNs { get; init; }

    /// <summary>Inode of the network namespace that the kernel's counters are of; 0: of all.</summary>
    public uint CountersNetns { get; init; }
}
