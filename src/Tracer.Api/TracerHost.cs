// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tracer.Api.Hosting;
using Tracer.Api.Standard;
using Tracer.Api.Streams;

namespace Tracer.Api;

/// <summary>Builds the server of the API. It reads no configuration file and no environment variable.</summary>
public static class TracerHost
{
    private const int MaxRequestBytes = 64 * 1024;

    /// <summary>
    /// Opens the sockets and builds the server; clients are answered once it is started, and disposing it removes the socket file.
    /// Throws <see cref="TracerHostException"/>.
    /// </summary>
    public static WebApplication Build(TracerHostOptions options, EventHub hub, IFactSource facts) =>
        Build(options, hub, facts, objection: null);

    /// <summary>With another <paramref name="objection"/> than the options make, for tests: they run as root, who is always welcome.</summary>
    internal static WebApplication Build(
        TracerHostOptions options, EventHub hub, IFactSource facts, Func<PeerCredentials, string?>? objection)
    {
        ListenSockets sockets = OpenSockets(options);
        try
        {
            return Build(options, SourceGate.Opened(hub, facts), sockets, objection);
        }
        catch
        {
            sockets.Dispose();
            throw;
        }
    }

    /// <summary>All that can be wrong with the options is found here.</summary>
    internal static ListenSockets OpenSockets(TracerHostOptions options)
    {
        if (options.SocketPath is null && options.TcpEndPoint is null)
            throw new TracerHostException("neither a unix socket nor a TCP address to listen on");
        if (options.TcpEndPoint is { } tcp && options.Tls is null && !IPAddress.IsLoopback(tcp.Address))
            throw new TracerHostException($"listening on {tcp} needs mutual TLS: a certificate, its key and the authority of the clients");
        MutualTls? tls = options.Tls is null ? null : MutualTls.Load(options.Tls);
        return new ListenSockets(options, tls);
    }

    /// <summary>The server behind sockets that are open; it disposes them.</summary>
    internal static WebApplication Build(
        TracerHostOptions options, SourceGate gate, ListenSockets sockets, Func<PeerCredentials, string?>? objection) =>
        Build(options, gate, kestrel => Listen(kestrel, sockets, objection ?? sockets.FindObjection), sockets);

    private static WebApplication Build(
        TracerHostOptions options, SourceGate gate, Action<KestrelServerOptions> listen, ListenSockets sockets)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddLogging(builder.Logging);
        builder.WebHost.UseKestrelCore();
        if (sockets.Tls is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            SetLimits(kestrel, options.MaxStreams);
            listen(kestrel);
        });
        // By a factory, so that the container disposes what it did not make.
        builder.Services.AddSingleton(_ => sockets);
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.CreateBoundListenSocket = sockets.Claim;
            // A message goes through two threads less on its way out; each change of threads costs more than its bytes.
            transport.UnsafePreferInlineScheduling = true;
        });
        AddServices(builder.Services, options, gate);
        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<ListenSockets>();
        app.UsePeerCheck();
        app.MapGrpcService<TracerService>();
        // The generated base of the service above has this rpc too: the one with the lower order is taken.
        app.MapGrpcService<TransitionService>().Add(static endpoint => ((RouteEndpointBuilder)endpoint).Order = -1);
        app.MapStandardServices();
        app.Lifetime.ApplicationStarted.Register(() => options.Health.SetServing(true));
        app.Lifetime.ApplicationStopping.Register(() => options.Health.SetServing(false));
        return app;
    }

    private static void AddServices(IServiceCollection services, TracerHostOptions options, SourceGate gate)
    {
        services.AddSingleton<IHostLifetime, QuietLifetime>();
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        services.AddRoutingCore();
        services.AddGrpc(static grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxRequestBytes;
            grpc.Interceptors.Add<CallErrorLog>();
            grpc.Interceptors.Add<GateKeeper>();
        });
        services.AddSingleton(gate);
        services.AddSingleton(_ => gate.Hub);
        services.AddSingleton(_ => gate.Facts);
        services.AddSingleton(new StreamLimiter(options.MaxStreams));
        services.AddSingleton<CallRunner>();
        services.AddSingleton<TracerService>();
        services.AddSingleton<TransitionService>();
        services.AddStandardServices(options.Health, static () => [CloseWait.V1.TracerService.Descriptor]);
    }

    // The daemon prints its own start and end; of the server only trouble is of interest, and stdout belongs to data.
    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Grpc.AspNetCore.Server", LogLevel.None); // See CallErrorLog.
        logging.AddProvider(new ErrorStreamLog());
    }

    private static void SetLimits(KestrelServerOptions kestrel, int maxStreams)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // gRPC bounds each message instead.
        // A client that reads slowly, or not at all, loses events and is told so: cutting it off would hide that.
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentConnections = maxStreams * 4L;
        // Above the limit of the service, which can say what is wrong.
        kestrel.Limits.Http2.MaxStreamsPerConnection = maxStreams * 2;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromMinutes(1);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromMinutes(1);
    }

    private static void Listen(
        KestrelServerOptions kestrel,
        ListenSockets sockets,
        Func<PeerCredentials, string?> objection)
    {
        if (sockets.UnixEndPoint is { } unix)
        {
            kestrel.Listen(unix, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UsePeerCheck(objection, () => kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(Log.Category));
            });
        }
        if (sockets.TcpEndPoint is { } tcp)
        {
            kestrel.Listen(tcp, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (sockets.Tls is { } tls)
                    listen.UseHttps(tls.ForServer());
            });
        }
    }
}
