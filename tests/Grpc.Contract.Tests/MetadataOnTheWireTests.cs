// SPDX-License-Identifier: Apache-2.0
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Xunit;
using Behaviour = Grpc.Contract.Tests.Echo.EchoRequest.Types.Behaviour;

namespace Grpc.Contract.Tests;

/// <summary>Headers go to the server and come back as headers and trailers, unchanged.</summary>
public sealed class MetadataOnTheWireTests
{
    [Theory, InlineData(Transport.UnixSocket), InlineData(Transport.Tcp)]
    public async Task Text_and_bytes_come_back_as_they_were_sent(Transport transport)
    {
        await using EchoHost host = await EchoHost.StartAsync(transport);
        byte[] everyByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        var headers = new Metadata
        {
            { "Echo-Text", "some text; with, separators = and spaces" },
            { "echo-all-bin", everyByte },
            { "echo-one-bin", [255] },
            { "echo-twice", "first" },
            { "echo-twice", "second" },
        };

        using AsyncUnaryCall<EchoResponse> call = host.Client.UnaryAsync(
            new EchoRequest { Behaviour = Behaviour.EchoMetadata }, headers, cancellationToken: TestDeadline.Token);
        await call;

        foreach (Metadata returned in new[] { await call.ResponseHeadersAsync, call.GetTrailers() })
        {
            Assert.Equal("some text; with, separators = and spaces", returned.GetValue("echo-text"));
            Assert.Equal(everyByte, returned.GetValueBytes("echo-all-bin"));
            Assert.Equal([255], returned.GetValueBytes("echo-one-bin"));
            // HTTP may join values of one name on the way.
            Assert.Equal("first, second", string.Join(", ", returned.GetAll("echo-twice").Select(entry => entry.Value)));
        }
    }

    [Fact]
    public async Task Headers_are_there_before_the_first_response()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);
        CancellationToken cancel = TestDeadline.Token;
        using AsyncDuplexStreamingCall<EchoRequest, EchoResponse> call =
            host.Client.Duplex(new Metadata { { "echo-early", "yes" } }, cancellationToken: cancel);

        await call.RequestStream.WriteAsync(new EchoRequest { Behaviour = Behaviour.EchoMetadata }, cancel);
        Metadata headers = await call.ResponseHeadersAsync.WaitAsync(cancel);

        Assert.Equal("yes", headers.GetValue("echo-early"));
        await call.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task Server_sees_method_and_host()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket);

        EchoResponse response = await host.Client.UnaryAsync(
            new EchoRequest { Behaviour = Behaviour.TellContext }, cancellationToken: TestDeadline.Token);

        Assert.Contains("method /closewait.contract.test.EchoService/Unary; host localhost;", response.Text, StringComparison.Ordinal);
        Assert.Contains("authenticated False; identity ", response.Text, StringComparison.Ordinal);
    }
}
