// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf;
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Xunit;
using Behaviour = Grpc.Contract.Tests.Echo.EchoRequest.Types.Behaviour;

namespace Grpc.Contract.Tests;

/// <summary>Every call that fails tells its client why, and nothing that is none of the client's business.</summary>
public sealed class StatusTests
{
    private static CallOptions Options => new(cancellationToken: TestDeadline.Token);

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Thrown_status_arrives_with_its_detail_and_trailers(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        const string detail = "nicht möglich: 100 %\n\"zweite\" Zeile";
        var request = new EchoRequest { Text = detail, Behaviour = Behaviour.FailWithStatus };

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => EchoCalls.RunAsync(host.Client, kind, request, Options));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal(detail, failure.Status.Detail);
        Assert.Equal(detail.Length.ToString(), failure.Trailers.GetValue("reason"));
        Assert.Equal([0, 255, 10], failure.Trailers.GetValueBytes(EchoServer.BinaryTrailer));
    }

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Unexpected_exception_arrives_as_unknown_without_its_text(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        var request = new EchoRequest { Text = "a secret", Behaviour = Behaviour.FailUnexpectedly };

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => EchoCalls.RunAsync(host.Client, kind, request, Options));

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.DoesNotContain("a secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Status_set_on_the_context_arrives(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        var request = new EchoRequest { Text = "set", Behaviour = Behaviour.SetStatus };

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => EchoCalls.RunAsync(host.Client, kind, request, Options));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("set", failure.Status.Detail);
    }

    [Fact]
    public async Task Responses_before_a_failure_arrive_before_it()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);
        var request = new EchoRequest { Text = "t", Count = 10, Behaviour = Behaviour.FailWithStatus };
        using AsyncServerStreamingCall<EchoResponse> call = host.Client.ServerStream(request, Options);

        for (int index = 0; index < 10; index++)
            Assert.True(await call.ResponseStream.MoveNext(TestDeadline.Token));
        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(TestDeadline.Token));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, call.GetStatus().StatusCode);
        Assert.Equal("1", call.GetTrailers().GetValue("reason"));
    }

    [Fact]
    public async Task Method_that_nobody_serves_is_unimplemented()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);
        Marshaller<EchoRequest> request = Marshallers.Create<EchoRequest>(
            (message, context) => context.Complete(message.ToByteArray()),
            context => EchoRequest.Parser.ParseFrom(context.PayloadAsNewBuffer()));
        var method = new Method<EchoRequest, EchoRequest>(MethodType.Unary, "closewait.contract.test.EchoService", "NoSuchMethod", request, request);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            async () => await host.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, Options, new EchoRequest()));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task Message_over_the_limit_exhausts_a_resource_on_either_side()
    {
        await using EchoHost smallServer = await EchoHost.StartAsync(Transport.UnixSocket, server => server.MaxReceiveMessageSize = 1000);
        await using EchoHost smallClient = await EchoHost.StartAsync(Transport.UnixSocket, client: client => client.MaxReceiveMessageSize = 1000);
        var request = new EchoRequest { Payload = ByteString.CopyFrom(new byte[2000]) };

        foreach (EchoHost host in new[] { smallServer, smallClient })
        {
            RpcException failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.UnaryAsync(request, Options));
            Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        }
    }

    [Fact]
    public async Task Server_that_is_not_there_is_unavailable()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);
        await host.StopServerAsync();

        RpcException failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.UnaryAsync(new EchoRequest(), Options));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.NotNull(failure.InnerException);
    }
}
