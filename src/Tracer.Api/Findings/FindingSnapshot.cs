// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Attribution.Findings;

namespace Tracer.Api.Findings;

/// <summary>The findings of one moment, and what else was read then.</summary>
public sealed record FindingSnapshot
{
    public required ulong KtimeNs { get; init; }

    public required FindingReport Report { get; init; }

    /// <summary>Of all sockets, whatever was asked for.</summary>
    public required SocketCensus Census { get; init; }

    /// <summary>The sockets that the findings name as examples.</summary>
    public required IReadOnlyDictionary<SocketKey, TrackedSocket> Examples { get; init; }

    /// <summary>Sockets that wait in the accept queue of each listener.</summary>
    public required IReadOnlyDictionary<SocketKey, ulong> Queued { get; init; }

    public required IReadOnlyList<KernelCounterValue> Kernel { get; init; }
}
