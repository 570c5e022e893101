// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Api.Filters;
using Tracer.Api.Streams;
using Proto = CloseWait.V1;

namespace Tracer.Api;

/// <summary>The rpc WatchTransitions. One instance serves all calls.</summary>
internal sealed class TransitionService(EventHub hub, IFactSource facts, CallRunner calls) : TransitionRpc
{
    public override Task WatchTransitions(
        Proto.WatchTransitionsRequest request, IServerStreamWriter<TransitionMessage> responseStream, ServerCallContext context)
    {
        TransitionPredicate predicate = FilterParser.ParseTransitions(request.Filter, facts);
        TransitionStream stream = new(hub, facts, responseStream, RequestValues.ParseHeartbeat(request.HeartbeatPeriod));
        return calls.RunAsync(context, cancellationToken => stream.RunAsync(predicate, cancellationToken));
    }
}
