// SPDX-License-Identifier: Apache-2.0
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Tracer.Api.Hosting;

namespace Tracer.Api;

/// <summary>
/// Serves the API. At first it is its listening sockets: the server behind them is built when the first client connects, and no earlier,
/// for it takes 20 MB of memory and wakes up once a second; beside the rest of the start where a client is known to come (docs/decisions/0015).
/// </summary>
public sealed class TracerServer : IAsyncDisposable
{
    private readonly TracerHostOptions _options;
    private readonly ListenSockets _sockets;
    private readonly SourceGate _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private volatile WebApplication? _host;

    private TracerServer(TracerHostOptions options, ListenSockets sockets)
    {
        _options = options;
        _sockets = sockets;
    }

    /// <summary>The server itself runs, because somebody has come or was known to come.</summary>
    public bool IsAwake => _host is not null;

    /// <summary>What <see cref="ServeAsync"/> returned.</summary>
    public Task Serving { get; private set; } = Task.CompletedTask;

    /// <summary>Clients can connect from now on; they are let in by <see cref="ServeAsync"/>. Throws <see cref="TracerHostException"/>.</summary>
    public static TracerServer Open(TracerHostOptions options) => new(options, TracerHost.OpenSockets(options));

    /// <summary>Serves until cancelled, on threads of its own; calls wait for <see cref="Provide"/>. Once.</summary>
    /// <param name="atOnce">A client is known to come: the server does not sleep until then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task ServeAsync(bool atOnce, CancellationToken cancellationToken) =>
        Serving = Task.Run(() => RunAsync(atOnce, cancellationToken), CancellationToken.None);

    /// <summary>Calls are answered from now on, from this. Once.</summary>
    public void Provide(EventHub hub, IFactSource facts) => _gate.Open(hub, facts);

    public async ValueTask DisposeAsync()
    {
        _gate.Close();
        await _ending.CancelAsync();
        await Task.WhenAny(Serving); // how it ended is for its caller
        if (_host is not null)
        {
            await _host.StopAsync();
            await _host.DisposeAsync();
        }
        _sockets.Dispose();
        _ending.Dispose();
    }

    private async Task RunAsync(bool atOnce, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        if (!atOnce)
            await WaitForClientAsync(stop.Token);
        if (stop.IsCancellationRequested)
            return;
        _host = TracerHost.Build(_options, _gate, _sockets, objection: null);
        // Not cancelled half-way, which the server would report as a failure: it takes milliseconds.
        await _host.StartAsync(CancellationToken.None);
        await _host.WaitForShutdownAsync(stop.Token);
    }

    private async Task WaitForClientAsync(CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration end = cancellationToken.Register(_sockets.EndWait);
        await Task.Factory.StartNew(_sockets.WaitForClient, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
