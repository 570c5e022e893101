// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using CloseWait.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tracer.Api.Standard;

namespace Tracer.Api.Tests.Standard;

/// <summary>A real Kestrel on a unix socket with the standard services only.</summary>
public sealed class StandardHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _directory;

    private StandardHost(WebApplication app, string directory, HealthState health, ErrorLog errors)
    {
        _app = app;
        _directory = directory;
        Health = health;
        Errors = errors;
        Handler = new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(Path.Combine(directory, "api.sock"), cancel) };
        Channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = Handler });
    }

    public HealthState Health { get; }

    /// <summary>What the server logged as an error.</summary>
    public ErrorLog Errors { get; }

    public GrpcChannel Channel { get; }

    /// <summary>For requests that a gRPC client would not send.</summary>
    public SocketsHttpHandler Handler { get; }

    public static async Task<StandardHost> StartAsync()
    {
        string directory = Directory.CreateTempSubdirectory("closewait-standard-").FullName;
        var health = new HealthState();
        var errors = new ErrorLog();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(errors);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.ListenUnixSocket(Path.Combine(directory, "api.sock"), listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddStandardServices(health, static () => [CloseWait.V1.TracerService.Descriptor]);
        WebApplication app = builder.Build();
        app.MapStandardServices();
        await app.StartAsync();
        return new StandardHost(app, directory, health, errors);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Handler.Dispose();
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
