// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;

namespace Grpc.Contract.Tests.Echo;

/// <summary>Makes one call of any kind with one request, so that a test can ask the same of all kinds.</summary>
public static class EchoCalls
{
    /// <summary>Calls and reads to the end; throws what the call ends with.</summary>
    public static async Task<IReadOnlyList<EchoResponse>> RunAsync(
        EchoService.EchoServiceClient client, MethodType kind, EchoRequest request, CallOptions options)
    {
        switch (kind)
        {
            case MethodType.Unary:
                return [await client.UnaryAsync(request, options)];
            case MethodType.ServerStreaming:
                using (AsyncServerStreamingCall<EchoResponse> call = client.ServerStream(request, options))
                    return await ReadAsync(call.ResponseStream);
            case MethodType.ClientStreaming:
                using (AsyncClientStreamingCall<EchoRequest, EchoResponse> call = client.ClientStream(options))
                {
                    await SendAsync(call.RequestStream, request);
                    return [await call];
                }

            case MethodType.DuplexStreaming:
                using (AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = client.Duplex(options))
                {
                    await SendAsync(call.RequestStream, request);
                    return await ReadAsync(call.ResponseStream);
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of call");
        }
    }

    private static async Task<IReadOnlyList<EchoResponse>> ReadAsync(IAsyncStreamReader<EchoResponse> stream)
    {
        var responses = new List<EchoResponse>();
        await foreach (EchoResponse response in stream.ReadAllAsync())
            responses.Add(response);
        return responses;
    }

    private static async Task SendAsync(IClientStreamWriter<EchoRequest> stream, EchoRequest request)
    {
        try
        {
            await stream.WriteAsync(request);
            await stream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The server may have ended the call first. Why it did, only the responses tell.
        }
    }
}
