// SPDX-License-Identifier: Apache-2.0
using Grpc.AspNetCore.Server;
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>A server interceptor stands before every kind of call.</summary>
public sealed class InterceptorTests
{
    private static CallOptions Options => new(cancellationToken: TestDeadline.Token);

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Interceptor_that_overrides_nothing_lets_calls_pass(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport, server => server.Interceptors.Add<Passing>());

        IReadOnlyList<EchoResponse> responses = await EchoCalls.RunAsync(host.Client, kind, new EchoRequest { Text = "t", Count = 1 }, Options);

        Assert.Equal("t", Assert.Single(responses).Text);
    }

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Interceptor_can_refuse_a_call(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport, server => server.Interceptors.Add<Refusing>());

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            () => EchoCalls.RunAsync(host.Client, kind, new EchoRequest { Text = "t", Count = 1 }, Options));

        Assert.Equal(StatusCode.PermissionDenied, failure.StatusCode);
        Assert.Equal(kind.ToString(), failure.Status.Detail);
    }

    private sealed class Passing : Interceptor;

    private sealed class Refusing : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw Refusal(MethodType.Unary);

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            ServerCallContext context,
            ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
            throw Refusal(MethodType.ClientStreaming);

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
            throw Refusal(MethodType.ServerStreaming);

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
            throw Refusal(MethodType.DuplexStreaming);

        private static RpcException Refusal(MethodType kind) => new(new Status(StatusCode.PermissionDenied, kind.ToString()));
    }
}
