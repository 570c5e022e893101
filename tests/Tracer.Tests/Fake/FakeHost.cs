// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tracer.Tests.Fake;

/// <summary>A real Kestrel that serves a <see cref="FakeService"/>.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TempFolder? _folder;

    private FakeHost(WebApplication app, TempFolder? folder, string socketPath)
    {
        _app = app;
        _folder = folder;
        SocketPath = socketPath;
    }

    public string SocketPath { get; }

    public int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<FakeHost> StartAsync(FakeService service)
    {
        var folder = new TempFolder();
        string path = folder.PathOf("fake.sock");
        return new FakeHost(await ServeAsync(service, kestrel => ListenUnix(kestrel, path)), folder, path);
    }

    public static async Task<FakeHost> StartAtAsync(FakeService service, string socketPath) =>
        new(await ServeAsync(service, kestrel => ListenUnix(kestrel, socketPath)), folder: null, socketPath);

    public static async Task<FakeHost> StartTcpAsync(FakeService service, HttpsConnectionAdapterOptions? tls = null)
    {
        void Listen(KestrelServerOptions kestrel) => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls is not null)
                listen.UseHttps(tls);
        });
        return new FakeHost(await ServeAsync(service, Listen), folder: null, "");
    }

    public async ValueTask DisposeAsync()
    {
        // A stream that waits for its test to go on would hold up an orderly stop.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _folder?.Dispose();
    }

    private static void ListenUnix(KestrelServerOptions kestrel, string path) =>
        kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2);

    private static async Task<WebApplication> ServeAsync(FakeService service, Action<KestrelServerOptions> listen)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(listen);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(service);
        WebApplication app = builder.Build();
        app.MapGrpcService<FakeService>();
        await app.StartAsync();
        return app;
    }
}
