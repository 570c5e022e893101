// SPDX-License-Identifier: Apache-2.0
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Xunit;
using Behaviour = Grpc.Contract.Tests.Echo.EchoRequest.Types.Behaviour;

namespace Grpc.Contract.Tests;

/// <summary>Deadlines and cancellation end a call on both sides.</summary>
public sealed class EndOfCallTests
{
    private static CancellationToken Cancel => TestDeadline.Token;

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Deadline_ends_the_call_on_both_sides(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        var request = new EchoRequest { Text = "too slow", Behaviour = Behaviour.WaitForCancellation };

        // On a busy machine a short deadline may pass before the server hears of the call.
        for (var patience = TimeSpan.FromMilliseconds(300); !host.WaitingCalls.Reader.TryRead(out _); patience *= 2)
        {
            var options = new CallOptions(deadline: DateTime.UtcNow + patience, cancellationToken: Cancel);
            RpcException failure = await Assert.ThrowsAsync<RpcException>(() => EchoCalls.RunAsync(host.Client, kind, request, options));
            Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        }

        Assert.Equal("too slow", await host.CancelledCalls.Reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task Deadline_in_the_past_fails_without_a_call()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);

        RpcException failure = await Assert.ThrowsAsync<RpcException>(
            async () => await host.Client.UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(-1), cancellationToken: Cancel));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Server_knows_the_deadline_of_its_client()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);

        EchoResponse response = await host.Client.UnaryAsync(
            new EchoRequest { Behaviour = Behaviour.TellContext }, deadline: DateTime.UtcNow.AddSeconds(1000), cancellationToken: Cancel);

        Assert.Matches("seconds left (1000|999|99[0-9]);", response.Text);
    }

    [Theory, MemberData(nameof(Every.Call), MemberType = typeof(Every))]
    public async Task Cancelled_token_ends_the_call_on_both_sides(Transport transport, MethodType kind)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var request = new EchoRequest { Text = "cancelled", Behaviour = Behaviour.WaitForCancellation };

        Task<IReadOnlyList<EchoResponse>> call =
            EchoCalls.RunAsync(host.Client, kind, request, new CallOptions(cancellationToken: cancellation.Token));
        Assert.Equal("cancelled", await host.WaitingCalls.Reader.ReadAsync(Cancel));
        await cancellation.CancelAsync();

        RpcException failure = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Equal("cancelled", await host.CancelledCalls.Reader.ReadAsync(Cancel));
    }

    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Disposed_call_ends_on_the_server_too(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        var request = new EchoRequest { Text = "disposed", Count = 1, Behaviour = Behaviour.WaitForCancellation };

        using (AsyncServerStreamingCall<EchoResponse> call = host.Client.ServerStream(request, cancellationToken: Cancel))
            Assert.Equal("disposed", await host.WaitingCalls.Reader.ReadAsync(Cancel));

        Assert.Equal("disposed", await host.CancelledCalls.Reader.ReadAsync(Cancel));
    }
}
