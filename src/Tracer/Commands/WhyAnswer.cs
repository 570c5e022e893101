// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Client;

namespace Tracer.Commands;

/// <summary>What a <see cref="WhyQuestion"/> is answered with: findings, or sockets when single ones were asked for.</summary>
internal sealed record WhyAnswer
{
    public ListFindingsResponse Findings { get; init; } = new();

    public TargetAnswer Sockets { get; init; } = new([], 0);

    /// <summary>Younger sockets were not judged.</summary>
    public TimeSpan MinAge { get; init; }

    /// <summary>What this look could not tell, and what would.</summary>
    public string LongerLook { get; init; } = "";
}
