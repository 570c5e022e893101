// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>The bounds of an <see cref="EventHub"/>.</summary>
public sealed record EventHubOptions
{
    /// <summary>Sockets in the read model: those of the ledger, in CLOSE_WAIT and ended with a descriptor left open.</summary>
    public int MaxSockets { get; init; } = 327_680;

    /// <summary>State changes waiting for one client: 0.3 to 0.4 s at the most that a host with two processors makes; 23 MB when it is full, some 45 if others have had all of it encoded.</summary>
    public int TransitionQueueEvents { get; init; } = 131_072;

    /// <summary>Changes of sockets waiting for one client.</summary>
    public int ChangeQueueLength { get; init; } = 16_384;
}
