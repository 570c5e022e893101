// SPDX-License-Identifier: Apache-2.0
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Tracer.Api.Hosting;

namespace Tracer.Api;

/// <summary>
/// Serves the API. At first it is its listening sockets: the server behind them is built when the first client connects, and no earlier,
/// for it takes 20 MB of memory and a third of the time to the start, and wakes up once a second (docs/decisions/0015).
/// </summary>
public sealed class TracerServer : IAsyncDisposable
{
    private readonly TracerHostOptions _options;
    private readonly EventHub _hub;
    private readonly IFactSource _facts;
    private readonly ListenSockets _sockets;
    private WebApplication? _host;

    private TracerServer(TracerHostOptions options, EventHub hub, IFactSource facts, ListenSockets sockets)
    {
        _options = options;
        _hub = hub;
        _facts = facts;
        _sockets = sockets;
    }

    /// <summary>The server itself runs, because somebody has come or <see cref="StartAsync"/> was called.</summary>
    public bool IsAwake => _host is not null;

    /// <summary>Clients can connect from now on; they are answered by <see cref="ServeAsync"/>. Throws <see cref="TracerHostException"/>.</summary>
    public static TracerServer Open(TracerHostOptions options, EventHub hub, IFactSource facts) =>
        new(options, hub, facts, TracerHost.OpenSockets(options));

    /// <summary>Starts the server without waiting for a client: when one is known to come, it need not wait.</summary>
    public async Task StartAsync()
    {
        _host = TracerHost.Build(_options, _hub, _facts, _sockets, objection: null);
        // Not cancelled half-way, which the server would report as a failure: it takes milliseconds.
        await _host.StartAsync(CancellationToken.None);
    }

    /// <summary>Serves until cancelled.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        if (_host is null)
        {
            await WaitForClientAsync(cancellationToken);
            if (cancellationToken.IsCancellationRequested)
                return;
            await StartAsync();
        }
        await _host!.WaitForShutdownAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            await _host.DisposeAsync();
        }
        _sockets.Dispose();
    }

    private async Task WaitForClientAsync(CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration end = cancellationToken.Register(_sockets.EndWait);
        await Task.Factory.StartNew(_sockets.WaitForClient, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
