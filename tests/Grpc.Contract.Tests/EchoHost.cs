// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Grpc.Contract.Tests.Echo;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.Contract.Tests;

/// <summary>A real Kestrel with the echo service, and a real client of it.</summary>
public sealed class EchoHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _directory;
    private readonly GrpcChannel _channel;

    private EchoHost(WebApplication app, string directory, GrpcChannel channel, Channel<string> cancelledCalls)
    {
        _app = app;
        _directory = directory;
        _channel = channel;
        CancelledCalls = cancelledCalls;
        Client = new EchoService.EchoServiceClient(channel);
    }

    public EchoService.EchoServiceClient Client { get; }

    /// <summary>Texts of the calls that the server saw cancelled.</summary>
    public Channel<string> CancelledCalls { get; }

    public static async Task<EchoHost> StartAsync(Transport transport, Action<GrpcChannelOptions>? configureClient = null)
    {
        string directory = Directory.CreateTempSubdirectory("closewait-grpc-").FullName;
        string socketPath = Path.Combine(directory, "echo.sock");
        var cancelledCalls = Channel.CreateUnbounded<string>();

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (transport == Transport.UnixSocket)
                kestrel.ListenUnixSocket(socketPath, listen => listen.Protocols = HttpProtocols.Http2);
            else
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(cancelledCalls);
        builder.Services.AddSingleton<EchoServer>();

        WebApplication app = builder.Build();
        app.MapGrpcService<EchoServer>();
        await app.StartAsync();

        var options = new GrpcChannelOptions();
        string address = app.Urls.Single();
        if (transport == Transport.UnixSocket)
        {
            address = "http://localhost";
            options.HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(socketPath, cancel) };
        }

        configureClient?.Invoke(options);
        return new EchoHost(app, directory, GrpcChannel.ForAddress(address, options), cancelledCalls);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
