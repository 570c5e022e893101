// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Mapping;
using Tracer.Api.Streams;
using Tracer.Attribution;
using Proto = CloseWait.V1;

namespace Tracer.Api;

/// <summary>The rpcs of closewait.v1. One instance serves all calls.</summary>
internal sealed class TracerService(EventHub hub, IFactSource facts, StreamLimiter limiter, IHostApplicationLifetime lifetime)
    : Proto.TracerService.TracerServiceBase
{
    private const ulong FreshNs = 1_000_000_000;
    private static readonly TimeSpan RescanPatience = TimeSpan.FromMilliseconds(300);
    private readonly EventMapper _mapper = new(facts);
    private readonly EventMapper _framelessMapper = new(facts, omitsFrames: true);

    public override Task WatchTransitions(
        Proto.WatchTransitionsRequest request,
        IServerStreamWriter<Proto.WatchTransitionsResponse> responseStream,
        ServerCallContext context)
    {
        TransitionPredicate predicate = FilterParser.ParseTransitions(request.Filter, facts);
        TransitionStream stream = new(hub, facts, responseStream, FilterParser.ParseHeartbeat(request.HeartbeatPeriod));
        return StreamAsync(context, cancellationToken => stream.RunAsync(predicate, cancellationToken));
    }

    public override Task WatchCloseWaits(
        Proto.WatchCloseWaitsRequest request,
        IServerStreamWriter<Proto.WatchCloseWaitsResponse> responseStream,
        ServerCallContext context)
    {
        SocketPredicate predicate = FilterParser.ParseSockets(request.Filter, facts);
        CloseWaitStream stream = new(hub, facts, _mapper, responseStream, FilterParser.ParseHeartbeat(request.HeartbeatPeriod));
        return StreamAsync(context, cancellationToken => stream.RunAsync(predicate, request.SkipSnapshot, cancellationToken));
    }

    public override Task ListCloseWaits(
        Proto.ListCloseWaitsRequest request,
        IServerStreamWriter<Proto.ListCloseWaitsResponse> responseStream,
        ServerCallContext context)
    {
        SocketPredicate predicate = FilterParser.ParseSockets(request.Filter, facts);
        return StreamAsync(context, async cancellationToken =>
        {
            await FreshenAsync(cancellationToken);
            using SocketSelection selection = hub.SelectSockets(predicate, request.IncludeLeftOpen);
            await SendPagesAsync(selection.Sockets, request.OmitFrames ? _framelessMapper : _mapper, responseStream, cancellationToken);
        });
    }

    public override Task<Proto.GetStackResponse> GetStack(Proto.GetStackRequest request, ServerCallContext context)
    {
        StackReport stack = facts.FindStack(request.StackId)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"stack_id: there is no stack {request.StackId}, or it is no longer kept"));
        return Task.FromResult(new Proto.GetStackResponse { Stack = EventMapper.ToStack(stack) });
    }

    public override async Task<Proto.DumpThreadsResponse> DumpThreads(Proto.DumpThreadsRequest request, ServerCallContext context)
    {
        if (request.Pid is 0 or > int.MaxValue)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"pid: {request.Pid} is no process id"));
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

    // Queue lengths and holders come from scans. A client that asks once gets numbers of now, or those there are after a short wait.
    private async Task FreshenAsync(CancellationToken cancellationToken)
    {
        ulong last = facts.LastScanKtimeNs;
        if (last != 0 && facts.NowKtimeNs() < last + FreshNs)
            return;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(RescanPatience);
        try
        {
            await facts.RescanAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }

    // A client that goes away ends its stream quietly: that is how streams end.
    private async Task StreamAsync(ServerCallContext context, Func<CancellationToken, Task> run)
    {
        using IDisposable lease = limiter.Enter();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await run(ending.Token);
        }
        catch (Exception exception) when (
            ending.IsCancellationRequested && exception is OperationCanceledException or IOException or InvalidOperationException)
        {
            if (!context.CancellationToken.IsCancellationRequested)
                throw new RpcException(new Status(StatusCode.Unavailable, "the daemon is stopping"));
        }
    }
}
