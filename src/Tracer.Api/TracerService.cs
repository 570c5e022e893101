// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Findings;
using Tracer.Api.Mapping;
using Tracer.Api.Streams;
using Tracer.Attribution;
using Proto = CloseWait.V1;

namespace Tracer.Api;

/// <summary>The rpcs of closewait.v1 but for <see cref="TransitionService"/>. One instance serves all calls.</summary>
internal sealed class TracerService(EventHub hub, IFactSource facts, StreamLimiter limiter, CallRunner calls)
    : Proto.TracerService.TracerServiceBase
{
    private readonly EventMapper _mapper = new(facts);
    private readonly EventMapper _framelessMapper = new(facts, omitsFrames: true);
    private readonly ScanFreshness _freshness = new(facts);
    private readonly FindingTools _findingTools = new(hub, facts);
    private readonly FindingCalls _findingCalls = new(hub, facts);

    public override Task WatchCloseWaits(
        Proto.WatchCloseWaitsRequest request,
        IServerStreamWriter<Proto.WatchCloseWaitsResponse> responseStream,
        ServerCallContext context)
    {
        SocketPredicate predicate = FilterParser.ParseSockets(request.Filter, facts);
        CloseWaitStream stream = new(hub, facts, _mapper, responseStream, RequestValues.ParseHeartbeat(request.HeartbeatPeriod));
        return calls.RunAsync(context, cancellationToken => stream.RunAsync(predicate, request.SkipSnapshot, cancellationToken));
    }

    public override Task ListCloseWaits(
        Proto.ListCloseWaitsRequest request,
        IServerStreamWriter<Proto.ListCloseWaitsResponse> responseStream,
        ServerCallContext context)
    {
        SocketPredicate predicate = FilterParser.ParseSockets(request.Filter, facts);
        return calls.RunAsync(context, async cancellationToken =>
        {
            await _freshness.EnsureAsync(cancellationToken);
            bool isOfFinding = request.FindingId.Length > 0;
            using SocketSelection selection = hub.SelectSockets(predicate, request.IncludeLeftOpen || isOfFinding);
            IReadOnlyList<SocketChange> sockets = isOfFinding ? _findingTools.Desk.FindMembers(selection, request.FindingId) : selection.Sockets;
            await SendPagesAsync(sockets, request.OmitFrames ? _framelessMapper : _mapper, responseStream, cancellationToken);
        });
    }

    public override Task<Proto.ListFindingsResponse> ListFindings(Proto.ListFindingsRequest request, ServerCallContext context)
    {
        FindingQuery query = FilterParser.ParseFindings(request.Filter, request.MinAge, facts) with
        {
            IncludesHarmless = request.IncludeHarmless,
            IncludesThreads = request.IncludeThreads,
        };
        return AnswerAsync(context, async cancellationToken =>
        {
            await _freshness.EnsureAsync(cancellationToken);
            return await _findingCalls.ListAsync(query, cancellationToken);
        });
    }

    public override Task WatchFindings(
        Proto.WatchFindingsRequest request, IServerStreamWriter<Proto.WatchFindingsResponse> responseStream, ServerCallContext context)
    {
        FindingQuery query = FilterParser.ParseFindings(request.Filter, request.MinAge, facts) with { IncludesHarmless = request.IncludeHarmless };
        FindingStream stream = new(
            hub, facts, _findingTools, responseStream, RequestValues.ParseHeartbeat(request.HeartbeatPeriod), RequestValues.ParsePeriod(request.Period));
        return calls.RunAsync(context, async cancellationToken =>
        {
            await _freshness.EnsureAsync(cancellationToken);
            await stream.RunAsync(query, cancellationToken);
        });
    }

    public override Task<Proto.ExplainSocketResponse> ExplainSocket(Proto.ExplainSocketRequest request, ServerCallContext context)
    {
        if (request.Cookie == 0)
            throw RequestValues.Invalid("cookie", "0 is not a socket cookie");
        return AnswerAsync(context, async cancellationToken =>
        {
            await _freshness.EnsureAsync(cancellationToken);
            return await _findingCalls.ExplainAsync(request, cancellationToken);
        });
    }

    public override Task<Proto.InspectThreadsResponse> InspectThreads(Proto.InspectThreadsRequest request, ServerCallContext context)
    {
        RequestValues.CheckPid(request.Pid);
        RequestValues.CheckTids(request.Tids);
        return AnswerAsync(context, cancellationToken => _findingCalls.InspectAsync(request, cancellationToken));
    }

    public override Task<Proto.GetStackResponse> GetStack(Proto.GetStackRequest request, ServerCallContext context)
    {
        StackReport stack = facts.FindStack(request.StackId)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"stack_id: there is no stack {request.StackId}, or it is no longer kept"));
        return Task.FromResult(new Proto.GetStackResponse { Stack = EventMapper.ToStack(stack) });
    }

    public override async Task<Proto.DumpThreadsResponse> DumpThreads(Proto.DumpThreadsRequest request, ServerCallContext context)
    {
        RequestValues.CheckPid(request.Pid);
        // Whoever comes over plaintext TCP may be any local user.
        bool isUnix = context.GetHttpContext().Connection.RemoteIpAddress is null;
        if (request.MayStartListener && !isUnix && !context.AuthContext.IsPeerAuthenticated)
            throw new RpcException(new Status(StatusCode.PermissionDenied, "may_start_listener: only over the unix socket or mutual TLS"));
        using IDisposable lease = limiter.Enter();
        ThreadDump dump = await facts.DumpThreadsAsync(request.Pid, request.MayStartListener, context.CancellationToken)
            ?? throw new RpcException(new Status(StatusCode.ResourceExhausted, "another thread dump is being taken"));
        return ThreadMapper.ToResponse(dump);
    }

    public override Task<Proto.GetStatusResponse> GetStatus(Proto.GetStatusRequest request, ServerCallContext context) =>
        Task.FromResult(StatusMapper.ToStatus(facts.ReadStatus(), hub.ReadCounters(), [.. hub.ReadBounds(), limiter.Bound]));

    private static async Task SendPagesAsync(
        IReadOnlyList<SocketChange> sockets, EventMapper mapper, IServerStreamWriter<Proto.ListCloseWaitsResponse> responses,
        CancellationToken cancellationToken)
    {
        Proto.ListCloseWaitsResponse page = new();
        int bytes = 0;
        foreach (SocketChange change in sockets)
        {
            Proto.SocketRecord record = mapper.ToRecord(in change.Socket);
            page.Sockets.Add(record);
            bytes += record.CalculateSize();
            if (!PageLimits.IsFull(page.Sockets.Count, bytes))
                continue;
            await responses.WriteAsync(page, cancellationToken);
            page = new Proto.ListCloseWaitsResponse();
            bytes = 0;
        }
        if (page.Sockets.Count > 0)
            await responses.WriteAsync(page, cancellationToken);
    }

    private async Task<T> AnswerAsync<T>(ServerCallContext context, Func<CancellationToken, Task<T>> answer)
    {
        T? result = default;
        await calls.RunAsync(context, async cancellationToken => result = await answer(cancellationToken));
        return result ?? throw new OperationCanceledException(context.CancellationToken);
    }
}
