// SPDX-License-Identifier: Apache-2.0
using System.Threading.Channels;
using Grpc.Core;

namespace Grpc.Contract.Tests.Echo;

/// <summary>Serves the echo service, and tells tests how its calls went.</summary>
public sealed class EchoServer : EchoService.EchoServiceBase
{
    public const string BinaryTrailer = "reason-bin";

    /// <summary>Texts of the calls that wait for their cancellation.</summary>
    public Channel<string> WaitingCalls { get; } = Channel.CreateUnbounded<string>();

    /// <summary>Texts of the calls that were cancelled.</summary>
    public Channel<string> CancelledCalls { get; } = Channel.CreateUnbounded<string>();

    public override async Task<EchoResponse> Unary(EchoRequest request, ServerCallContext context)
    {
        await BehaveAsync(request, context);
        EchoResponse response = Answer(request, 0);
        if (request.Behaviour == EchoRequest.Types.Behaviour.TellContext)
            response.Text = Describe(context);
        return response;
    }

    public override async Task ServerStream(
        EchoRequest request, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        for (uint index = 0; index < request.Count; index++)
            await responseStream.WriteAsync(Answer(request, index), context.CancellationToken);
        await BehaveAsync(request, context);
    }

    public override async Task<EchoResponse> ClientStream(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (EchoRequest request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await BehaveAsync(request, context);
            texts.Add(request.Text);
        }

        return new EchoResponse { Text = string.Join(' ', texts), Index = (uint)texts.Count };
    }

    public override async Task Duplex(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoResponse> responseStream, ServerCallContext context)
    {
        uint index = 0;
        await foreach (EchoRequest request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await BehaveAsync(request, context);
            await responseStream.WriteAsync(Answer(request, index++), context.CancellationToken);
        }
    }

    private static EchoResponse Answer(EchoRequest request, uint index) =>
        new() { Text = request.Text, Index = index, Payload = request.Payload };

    private static string Describe(ServerCallContext context) =>
        $"method {context.Method}; host {context.Host}; peer {context.Peer}; "
        + $"seconds left {(context.Deadline - DateTime.UtcNow).TotalSeconds:F0}; "
        + $"authenticated {context.AuthContext.IsPeerAuthenticated}; "
        + $"identity {string.Join(',', context.AuthContext.PeerIdentity.Select(identity => $"{identity.Name}={identity.Value}"))}";

    private async Task BehaveAsync(EchoRequest request, ServerCallContext context)
    {
        switch (request.Behaviour)
        {
            case EchoRequest.Types.Behaviour.FailWithStatus:
                var trailers = new Metadata { { "reason", request.Text.Length.ToString() }, { BinaryTrailer, [0, 255, 10] } };
                throw new RpcException(new Status(StatusCode.FailedPrecondition, request.Text), trailers);
            case EchoRequest.Types.Behaviour.FailUnexpectedly:
                throw new InvalidDataException(request.Text);
            case EchoRequest.Types.Behaviour.WaitForCancellation:
                await WaitForCancellationAsync(request, context);
                break;
            case EchoRequest.Types.Behaviour.EchoMetadata:
                await EchoMetadataAsync(context);
                break;
            case EchoRequest.Types.Behaviour.SetStatus:
                context.Status = new Status(StatusCode.NotFound, request.Text);
                break;
        }
    }

    private async Task WaitForCancellationAsync(EchoRequest request, ServerCallContext context)
    {
        var cancelled = new TaskCompletionSource();
        await using (context.CancellationToken.Register(cancelled.SetResult))
        {
            await WaitingCalls.Writer.WriteAsync(request.Text);
            await cancelled.Task;
        }

        await CancelledCalls.Writer.WriteAsync(request.Text);
        context.CancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task EchoMetadataAsync(ServerCallContext context)
    {
        var headers = new Metadata();
        foreach (Metadata.Entry entry in context.RequestHeaders.Where(entry => entry.Key.StartsWith("echo-", StringComparison.Ordinal)))
        {
            headers.Add(entry);
            context.ResponseTrailers.Add(entry);
        }

        await context.WriteResponseHeadersAsync(headers);
    }
}
