// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Findings;
using Tracer.Api.Mapping;
using Tracer.Attribution;
using Proto = CloseWait.V1;

namespace Tracer.Api;

/// <summary>What clients are answered, for the daemon itself: the same messages without a stream.</summary>
public sealed class SceneSource(EventHub hub, IFactSource facts)
{
    private readonly EventMapper _sockets = new(facts, omitsFrames: true);

    public FindingDesk Findings { get; } = new(hub, facts);

    public FindingMapper FindingMapper { get; } = new(facts);

    public SummaryMapper SummaryMapper { get; } = new(facts);

    /// <summary>Hands over every socket, oldest first, those left open included; without frames. False from the taker ends it.</summary>
    public void VisitSockets(Func<Proto.SocketRecord, bool> take)
    {
        bool goesOn = true;
        hub.VisitSockets(includeLeftOpen: true, (in TrackedSocket socket) => goesOn = goesOn && take(_sockets.ToRecord(in socket)));
    }

    /// <summary>Null: no such stack, or no longer kept.</summary>
    public Proto.Stack? FindStack(ulong stackId) => facts.FindStack(stackId) is { } stack ? EventMapper.ToStack(stack) : null;

    public Proto.GetStatusResponse ReadStatus() => StatusMapper.ToStatus(facts.ReadStatus(), hub.ReadCounters(), hub.ReadBounds());
}
