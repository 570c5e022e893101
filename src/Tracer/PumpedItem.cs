// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer;

/// <summary>What the pump hands to the enricher, in the order of the kernel: a change of a socket, a stack, or a mark.</summary>
public struct PumpedItem
{
    public PumpedItemKind Kind;
    public LedgerChangeKind Change;
    public TrackedSocket Socket;
    public RawStack? Stack;

    /// <summary>Of a mark: when the scan began, or when the replay ended.</summary>
    public ulong KtimeNs;
}
