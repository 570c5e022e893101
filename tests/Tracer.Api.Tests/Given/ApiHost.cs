// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tracer.Api.Hosting;
using Tracer.Api.Tests.Standard;
using Client = CloseWait.V1.TracerService.TracerServiceClient;

namespace Tracer.Api.Tests.Given;

/// <summary>The whole API on a unix socket of its own, with a client.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly string _directory;
    private readonly List<GrpcChannel> _channels = [];

    private ApiHost(string directory, WebApplication app, EventHub hub, FakeFacts facts)
    {
        _directory = directory;
        App = app;
        Hub = hub;
        Facts = facts;
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(Errors);
        Client = NewClient();
    }

    public WebApplication App { get; }

    public EventHub Hub { get; }

    public FakeFacts Facts { get; }

    public ErrorLog Errors { get; } = new();

    public Client Client { get; }

    public string SocketPath => SocketIn(_directory);

    public static async Task<ApiHost> StartAsync(
        EventHubOptions? hubOptions = null, Func<TracerHostOptions, TracerHostOptions>? change = null, Func<PeerCredentials, string?>? objection = null)
    {
        string directory = Directory.CreateTempSubdirectory("closewait-api-").FullName;
        FakeFacts facts = new();
        EventHub hub = new(hubOptions, facts);
        TracerHostOptions options = new() { SocketPath = SocketIn(directory) };
        WebApplication app = TracerHost.Build(change?.Invoke(options) ?? options, hub, facts, objection);
        ApiHost host = new(directory, app, hub, facts);
        await app.StartAsync();
        return host;
    }

    /// <summary>A client with a connection of its own.</summary>
    public Client NewClient()
    {
        SocketsHttpHandler handler = new() { ConnectCallback = async (_, cancel) => await ConnectAsync(SocketPath, cancel) };
        GrpcChannel channel = GrpcChannel.ForAddress(
            "http://localhost", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        _channels.Add(channel);
        return new Client(channel);
    }

    public static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GrpcChannel channel in _channels)
            channel.Dispose();
        await App.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static string SocketIn(string directory) => Path.Combine(directory, "api.sock");
}
