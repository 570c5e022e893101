// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf;
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>Each kind of call, between the genuine server and the genuine client.</summary>
public sealed class CallKindTests
{
    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Unary_call_returns_what_was_sent(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        var payload = ByteString.CopyFrom(new byte[100_000]);

        EchoResponse response = await host.Client.UnaryAsync(
            new EchoRequest { Text = "hällo", Payload = payload }, cancellationToken: TestDeadline.Token);

        Assert.Equal("hällo", response.Text);
        Assert.Equal(payload, response.Payload);
    }

    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Blocking_unary_call_returns_what_was_sent(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);

        EchoResponse response = host.Client.Unary(
            new EchoRequest { Text = "blocking" }, cancellationToken: TestDeadline.Token);

        Assert.Equal("blocking", response.Text);
    }

    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Server_stream_delivers_every_message_in_order(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        CancellationToken cancel = TestDeadline.Token;

        using AsyncServerStreamingCall<EchoResponse> call =
            host.Client.ServerStream(new EchoRequest { Text = "s", Count = 1000 }, cancellationToken: cancel);
        var indexes = new List<uint>();
        await foreach (EchoResponse response in call.ResponseStream.ReadAllAsync(cancel))
            indexes.Add(response.Index);

        Assert.Equal(Enumerable.Range(0, 1000).Select(index => (uint)index), indexes);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Client_stream_arrives_whole_and_in_order(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        CancellationToken cancel = TestDeadline.Token;

        using AsyncClientStreamingCall<EchoRequest, EchoResponse> call = host.Client.ClientStream(cancellationToken: cancel);
        foreach (string text in new[] { "one", "two", "three" })
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text }, cancel);
        await call.RequestStream.CompleteAsync();
        EchoResponse response = await call;

        Assert.Equal("one two three", response.Text);
        Assert.Equal(3u, response.Index);
    }

    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Duplex_call_answers_each_message_before_the_next_is_sent(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        CancellationToken cancel = TestDeadline.Token;

        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call = host.Client.Duplex(cancellationToken: cancel);
        for (uint index = 0; index < 50; index++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = $"ping {index}" }, cancel);
            Assert.True(await call.ResponseStream.MoveNext(cancel));
            Assert.Equal(index, call.ResponseStream.Current.Index);
            Assert.Equal($"ping {index}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(cancel));
    }
}
