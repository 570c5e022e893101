// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Grpc.AspNetCore.Server;
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

    private EchoHost(WebApplication app, string directory, GrpcChannel channel, EchoServer server)
    {
        _app = app;
        _directory = directory;
        _channel = channel;
        WaitingCalls = server.WaitingCalls;
        CancelledCalls = server.CancelledCalls;
        Client = new EchoService.EchoServiceClient(channel);
    }

    public EchoService.EchoServiceClient Client { get; }

    public GrpcChannel Channel => _channel;

    /// <summary>Texts of the calls that wait on the server for their cancellation.</summary>
    public Channel<string> WaitingCalls { get; }

    /// <summary>Texts of the calls that the server saw cancelled.</summary>
    public Channel<string> CancelledCalls { get; }

    public static async Task<EchoHost> StartAsync(
        Transport transport, Action<GrpcServiceOptions>? server = null, Action<GrpcChannelOptions>? client = null)
    {
        string directory = Directory.CreateTempSubdirectory("closewait-grpc-").FullName;
        string socketPath = Path.Combine(directory, "echo.sock");
        var echoServer = new EchoServer();

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (transport == Transport.UnixSocket)
                kestrel.ListenUnixSocket(socketPath, listen => listen.Protocols = HttpProtocols.Http2);
            else
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc(options => server?.Invoke(options));
        builder.Services.AddSingleton(echoServer);

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

        client?.Invoke(options);
        return new EchoHost(app, directory, GrpcChannel.ForAddress(address, options), echoServer);
    }

    public Task StopServerAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
