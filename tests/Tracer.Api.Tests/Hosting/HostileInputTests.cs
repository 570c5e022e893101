// SPDX-License-Identifier: Apache-2.0
using System.Net.Http.Headers;
using System.Text;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Xunit;

namespace Tracer.Api.Tests.Hosting;

/// <summary>Whatever comes in, the server answers the next client as before.</summary>
public class HostileInputTests
{
    private static readonly byte[] Preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    [Fact]
    public async Task Garbage_and_broken_http2_harm_nothing()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Random random = new(7);
        byte[] noise = new byte[4096];
        random.NextBytes(noise);
        byte[] hugeFrame = [.. Preface, 0xff, 0xff, 0xff, 0x04, 0, 0, 0, 0, 0];
        byte[] settingsThenNoise = [.. Preface, 0, 0, 0, 4, 0, 0, 0, 0, 0, .. noise];
        foreach (byte[] input in (byte[][])[noise, [], [0], Preface, hugeFrame, settingsThenNoise])
        {
            await using Stream connection = await ApiHost.ConnectAsync(host.SocketPath, Deadline.Token());
            await SendAsync(connection, input);
        }
        for (int i = 0; i < 200; i++)
        {
            byte[] input = [.. Preface, .. Mutated(random)];
            await using Stream connection = await ApiHost.ConnectAsync(host.SocketPath, Deadline.Token());
            await SendAsync(connection, input);
        }
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Http1_is_answered_and_ended()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        await using Stream connection = await ApiHost.ConnectAsync(host.SocketPath, Deadline.Token());
        await SendAsync(connection, Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        using StreamReader reader = new(connection);
        string answer = await reader.ReadToEndAsync(Deadline.Token());
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task An_oversized_request_is_refused()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        ListCloseWaitsRequest request = new() { Filter = new SocketFilter { Comms = { new string('x', 70_000) } } };
        using var call = host.Client.ListCloseWaits(request, cancellationToken: Deadline.Token());

        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Deadline.Token()));

        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        await AssertServesAsync(host);
    }

    [Theory]
    [InlineData("ffffffffff")] // compressed, 4 GiB
    [InlineData("00ffffffff")] // 4 GiB announced
    [InlineData("0000000003ffffff")] // not a message
    [InlineData("00000000")] // cut in the header
    [InlineData("000000000a00")] // cut in the message
    [InlineData("")]
    public async Task A_malformed_message_ends_its_own_call_only(string hex)
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ApiHost.ConnectAsync(host.SocketPath, cancel) };
        using HttpClient http = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Post, "http://localhost/closewait.v1.TracerService/ListCloseWaits")
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Convert.FromHexString(hex)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        using HttpResponseMessage response = await http.SendAsync(request, Deadline.Token());

        Assert.NotEqual("0", Status(response));
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task An_unknown_method_and_a_wrong_content_type_are_refused()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ApiHost.ConnectAsync(host.SocketPath, cancel) };
        using HttpClient http = new(handler) { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage unknown = await http.PostAsync(
            "http://localhost/closewait.v1.TracerService/Reboot", Grpc("application/grpc"), Deadline.Token());
        using HttpResponseMessage wrong = await http.PostAsync(
            "http://localhost/closewait.v1.TracerService/GetStatus", Grpc("application/json"), Deadline.Token());

        Assert.Equal("12", Status(unknown)); // UNIMPLEMENTED
        Assert.Equal(System.Net.HttpStatusCode.UnsupportedMediaType, wrong.StatusCode);
        await AssertServesAsync(host);
    }

    private static ByteArrayContent Grpc(string contentType) =>
        new([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };

    private static string? Status(HttpResponseMessage response)
    {
        HttpResponseHeaders headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return headers.TryGetValues("grpc-status", out IEnumerable<string>? values) ? values.Single() : null;
    }

    private static byte[] Mutated(Random random)
    {
        // Frames with a plausible type and a random rest.
        byte[] frame = new byte[random.Next(9, 200)];
        random.NextBytes(frame);
        (frame[0], frame[1], frame[3]) = (0, 0, (byte)random.Next(12));
        return frame;
    }

    // The server may hang up before it has read everything.
    private static async Task SendAsync(Stream connection, byte[] bytes)
    {
        try
        {
            await connection.WriteAsync(bytes, Deadline.Token());
            await connection.FlushAsync(Deadline.Token());
        }
        catch (IOException)
        {
        }
    }

    private static async Task AssertServesAsync(ApiHost host)
    {
        GetStatusResponse status = await host.NewClient().GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token());
        Assert.Equal(4711u, status.Pid);
        Assert.Empty(host.Errors.Lines);
    }
}
