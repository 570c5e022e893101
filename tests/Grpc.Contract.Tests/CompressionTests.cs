// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Grpc.Net.Compression;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>Compressed messages are understood in both directions.</summary>
public sealed class CompressionTests
{
    [Theory, InlineData("gzip"), InlineData("deflate")]
    public async Task Compressed_messages_come_back_as_they_were_sent(string encoding)
    {
        var onServer = new ObservedCompression(ProviderOf(encoding));
        var onClient = new ObservedCompression(ProviderOf(encoding));
        await using EchoHost host = await EchoHost.StartAsync(
            Transport.UnixSocket,
            server =>
            {
                server.CompressionProviders = [onServer];
                server.ResponseCompressionAlgorithm = encoding;
            },
            client => client.CompressionProviders = [onClient]);
        var headers = new Metadata { { "grpc-internal-encoding-request", encoding } };
        var request = new EchoRequest { Payload = ByteString.CopyFrom(new byte[500_000]) };

        EchoResponse response = await host.Client.UnaryAsync(request, headers, cancellationToken: TestDeadline.Token);

        Assert.Equal(request.Payload, response.Payload);
        Assert.Equal((1, 1), (onClient.Compressed, onServer.Decompressed));
        Assert.Equal((1, 1), (onServer.Compressed, onClient.Decompressed));
    }

    [Fact]
    public async Task Message_with_the_no_compress_flag_is_sent_as_it_is()
    {
        var onClient = new ObservedCompression(ProviderOf("gzip"));
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket, client: client => client.CompressionProviders = [onClient]);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var options = new CallOptions(
            headers, cancellationToken: TestDeadline.Token, writeOptions: new WriteOptions(WriteFlags.NoCompress));

        EchoResponse response = await host.Client.UnaryAsync(new EchoRequest { Text = "plain" }, options);

        Assert.Equal("plain", response.Text);
        Assert.Equal(0, onClient.Compressed);
    }

    [Fact]
    public async Task Compression_does_not_get_a_message_past_the_limit()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.UnixSocket, server => server.MaxReceiveMessageSize = 100_000);
        var request = new EchoRequest { Payload = ByteString.CopyFrom(new byte[500_000]) };

        RpcException failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.UnaryAsync(
            request,
            new Metadata { { "grpc-internal-encoding-request", "gzip" } },
            cancellationToken: TestDeadline.Token));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    private static ICompressionProvider ProviderOf(string encoding) => encoding == "gzip"
        ? new GzipCompressionProvider(CompressionLevel.Fastest)
        : new DeflateCompressionProvider(CompressionLevel.Fastest);

    /// <summary>Counts the messages that pass.</summary>
    private sealed class ObservedCompression(ICompressionProvider provider) : ICompressionProvider
    {
        public int Compressed { get; private set; }

        public int Decompressed { get; private set; }

        public string EncodingName => provider.EncodingName;

        public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
        {
            Compressed++;
            return provider.CreateCompressionStream(stream, compressionLevel);
        }

        public Stream CreateDecompressionStream(Stream stream)
        {
            Decompressed++;
            return provider.CreateDecompressionStream(stream);
        }
    }
}
