// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Threading.Channels;
using CloseWait.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Tracer.Tests.Fake;

/// <summary>A tracer service that says what a test tells it to say, and keeps what it was asked.</summary>
internal sealed class FakeService : TracerService.TracerServiceBase
{
    private readonly Channel<WatchTransitionsResponse> _transitions = Channel.CreateUnbounded<WatchTransitionsResponse>();
    private readonly Channel<WatchCloseWaitsResponse> _closeWaits = Channel.CreateUnbounded<WatchCloseWaitsResponse>();
    private readonly Channel<WatchFindingsResponse> _findings = Channel.CreateUnbounded<WatchFindingsResponse>();
    private ulong _transitionSequence;
    private ulong _closeWaitSequence;
    private ulong _findingSequence;

    public ConcurrentQueue<IMessage> Requests { get; } = [];

    public IReadOnlyList<SocketRecord> Sockets { get; init; } = [];

    /// <summary>Answers instead of <see cref="Sockets"/>, in its own time.</summary>
    public Func<ListCloseWaitsRequest, Task<SocketRecord[]>>? ListSockets { get; init; }

    public int PageSize { get; init; } = 2;

    /// <summary>By their ids; any other is no longer kept.</summary>
    public IReadOnlyDictionary<ulong, Stack> Stacks { get; init; } = new Dictionary<ulong, Stack>();

    public DumpThreadsResponse Threads { get; init; } = new();

    public ListFindingsResponse Findings { get; init; } = new();

    /// <summary>Any other socket is gone when it is asked for.</summary>
    public IReadOnlyList<ExplainSocketResponse> Explanations { get; init; } = [];

    public InspectThreadsResponse Inspection { get; init; } = new();

    /// <summary>Every call fails with this status.</summary>
    public Status? Refusal { get; init; }

    /// <summary>Only streams fail with this status.</summary>
    public Status? StreamRefusal { get; init; }

    public FakeService Say(params WatchTransitionsResponse[] responses)
    {
        foreach (WatchTransitionsResponse response in responses)
        {
            response.Sequence = ++_transitionSequence;
            Assert.True(_transitions.Writer.TryWrite(response));
        }
        return this;
    }

    public FakeService Say(params WatchCloseWaitsResponse[] responses)
    {
        foreach (WatchCloseWaitsResponse response in responses)
        {
            response.Sequence = ++_closeWaitSequence;
            Assert.True(_closeWaits.Writer.TryWrite(response));
        }
        return this;
    }

    public FakeService Say(params WatchFindingsResponse[] responses)
    {
        foreach (WatchFindingsResponse response in responses)
        {
            response.Sequence = ++_findingSequence;
            Assert.True(_findings.Writer.TryWrite(response));
        }
        return this;
    }

    /// <summary>A message that never arrives: the next one has a number too high.</summary>
    public FakeService SkipOne()
    {
        _transitionSequence++;
        return this;
    }

    /// <summary>The streams end after what was said.</summary>
    public FakeService Hush()
    {
        _transitions.Writer.Complete();
        _closeWaits.Writer.Complete();
        _findings.Writer.Complete();
        return this;
    }

    public override Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context)
    {
        Note(request, Refusal);
        return Task.FromResult(new GetStatusResponse { Version = "fake", LastScanTime = new Timestamp { Seconds = 1 } });
    }

    public override async Task ListCloseWaits(
        ListCloseWaitsRequest request, IServerStreamWriter<ListCloseWaitsResponse> stream, ServerCallContext context)
    {
        Note(request, Refusal ?? StreamRefusal);
        IEnumerable<SocketRecord> sockets = ListSockets is null ? Sockets : await ListSockets(request).WaitAsync(context.CancellationToken);
        foreach (SocketRecord[] page in sockets.Chunk(PageSize))
            await stream.WriteAsync(new ListCloseWaitsResponse { Sockets = { page } }, context.CancellationToken);
    }

    public override Task<GetStackResponse> GetStack(GetStackRequest request, ServerCallContext context)
    {
        Note(request, Refusal);
        return Stacks.TryGetValue(request.StackId, out Stack? stack)
            ? Task.FromResult(new GetStackResponse { Stack = stack })
            : throw new RpcException(new Status(StatusCode.NotFound, "no such stack"));
    }

    public override Task<DumpThreadsResponse> DumpThreads(DumpThreadsRequest request, ServerCallContext context)
    {
        Note(request, StreamRefusal);
        return Task.FromResult(Threads);
    }

    public override Task<ListFindingsResponse> ListFindings(ListFindingsRequest request, ServerCallContext context)
    {
        Note(request, Refusal ?? StreamRefusal);
        return Task.FromResult(Findings);
    }

    public override Task<ExplainSocketResponse> ExplainSocket(ExplainSocketRequest request, ServerCallContext context)
    {
        Note(request, Refusal ?? StreamRefusal);
        return Explanations.FirstOrDefault(explanation => explanation.Socket.Cookie == request.Cookie) is { } known
            ? Task.FromResult(known)
            : throw new RpcException(new Status(StatusCode.NotFound, "no such socket"));
    }

    public override Task<InspectThreadsResponse> InspectThreads(InspectThreadsRequest request, ServerCallContext context)
    {
        Note(request, StreamRefusal);
        return Task.FromResult(Inspection);
    }

    public override Task WatchTransitions(
        WatchTransitionsRequest request, IServerStreamWriter<WatchTransitionsResponse> stream, ServerCallContext context)
    {
        Note(request, Refusal ?? StreamRefusal);
        return CopyAsync(_transitions.Reader, stream, context.CancellationToken);
    }

    public override Task WatchCloseWaits(
        WatchCloseWaitsRequest request, IServerStreamWriter<WatchCloseWaitsResponse> stream, ServerCallContext context)
    {
        Note(request, Refusal ?? StreamRefusal);
        return CopyAsync(_closeWaits.Reader, stream, context.CancellationToken);
    }

    public override Task WatchFindings(
        WatchFindingsRequest request, IServerStreamWriter<WatchFindingsResponse> stream, ServerCallContext context)
    {
        Note(request, Refusal ?? StreamRefusal);
        return CopyAsync(_findings.Reader, stream, context.CancellationToken);
    }

    private void Note(IMessage request, Status? refusal)
    {
        Requests.Enqueue(request);
        if (refusal is { } status)
            throw new RpcException(status);
    }

    private static async Task CopyAsync<T>(ChannelReader<T> source, IServerStreamWriter<T> stream, CancellationToken cancellation)
    {
        await foreach (T response in source.ReadAllAsync(cancellation))
            await stream.WriteAsync(response, cancellation);
    }
}
