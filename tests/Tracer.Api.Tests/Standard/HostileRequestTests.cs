// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Reflection.V1;
using Xunit;

namespace Tracer.Api.Tests.Standard;

/// <summary>Requests that no generated client would send. Each fails for itself; the next client is served.</summary>
public sealed class HostileRequestTests
{
    private const string MethodPath = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

    private static CancellationToken Cancel => TestDeadline.Token;

    [Theory]
    [InlineData("a field that ends in the middle", new byte[] { 0, 0, 0, 0, 2, 0x22, 0xff })]
    [InlineData("a frame that ends in the middle", new byte[] { 0, 0, 0, 1, 0, 0x22 })]
    [InlineData("compressed without an encoding", new byte[] { 1, 0, 0, 0, 1, 0 })]
    [InlineData("a length beyond 31 bits", new byte[] { 0, 255, 255, 255, 255 })]
    [InlineData("an unknown compression flag", new byte[] { 7, 0, 0, 0, 1, 0 })]
    public async Task Garbage_fails_its_own_call_only(string what, byte[] body)
    {
        await using StandardHost host = await StandardHost.StartAsync();

        string status = await PostAsync(host, body);

        Assert.True(status is not "0", $"{what} was accepted");
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Message_over_the_limit_is_refused_before_it_is_read()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        byte[] header = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(1), 64 * 1024 * 1024);

        string status = await PostAsync(host, header);

        Assert.Equal(((int)StatusCode.ResourceExhausted).ToString(), status);
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Clients_that_leave_in_the_middle_of_a_stream_disturb_nobody_and_no_log()
    {
        await using StandardHost host = await StandardHost.StartAsync();
        for (int round = 0; round < 100; round++)
        {
            using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
                new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo(cancellationToken: Cancel);
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancel);
            // Some leave with the answer read, some without.
            if (round % 2 == 0)
                Assert.True(await call.ResponseStream.MoveNext(Cancel));
        }

        await AssertServesAsync(host);
        await host.StopAsync();
        Assert.Empty(host.Errors.Lines);
    }

    /// <summary>Sends a body as a gRPC request and returns the status, from wherever it came.</summary>
    private static async Task<string> PostAsync(StandardHost host, byte[] body)
    {
        using var client = new HttpClient(host.Handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost" + MethodPath)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);
        await response.Content.ReadAsByteArrayAsync(Cancel);
        return response.Headers.Concat(response.TrailingHeaders)
            .Single(header => header.Key == "grpc-status").Value.Single();
    }

    private static async Task AssertServesAsync(StandardHost host)
    {
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.NotEmpty(call.ResponseStream.Current.ListServicesResponse.Service);
    }
}
