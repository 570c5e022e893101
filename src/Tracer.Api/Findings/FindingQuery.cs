// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Filters;
using Tracer.Attribution;
using Tracer.Attribution.Findings;

namespace Tracer.Api.Findings;

/// <summary>Which findings are asked for. As it is made, it asks for those of all sockets, without the harmless ones.</summary>
public sealed record FindingQuery
{
    public bool IncludesHarmless { get; init; }

    /// <summary>Looks what the owners of the worst findings do now; takes up to three seconds.</summary>
    public bool IncludesThreads { get; init; }

    /// <summary>Younger sockets are not judged.</summary>
    public ulong MinAgeNs { get; init; } = new FindingOptions().MinAgeNs;

    /// <summary>Null: all sockets.</summary>
    internal SocketPredicate? Sockets { get; init; }

    /// <summary>Bit N: findings with verdict N; 0: any.</summary>
    internal uint VerdictMask { get; init; }
}
