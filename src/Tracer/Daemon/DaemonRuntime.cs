// SPDX-License-Identifier: Apache-2.0
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Linux.Cgroups;
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Wire;

namespace Tracer.Daemon;

/// <summary>The composition root: makes every part of the daemon, joins them, runs them, and takes them down in order.</summary>
public sealed class DaemonRuntime : IAsyncDisposable
{
    private const int QueueCapacityPowerOfTwo = 13;

    private readonly CaptureSession _session;
    private readonly HandoffQueue<PumpedItem> _queue = new(QueueCapacityPowerOfTwo);
    private readonly EventPump _pump;
    private readonly Enricher _enricher;
    private readonly WebApplication _host;
    private readonly WorkerThread _pumpThread;
    private readonly WorkerThread _enricherThread;

    private DaemonRuntime(DaemonOptions options, KernelSurvey survey, Action stop)
    {
        var hub = new EventHub();
        var ledgerOptions = new LedgerOptions { MaxSockets = options.MaxSockets };
        var processes = new ProcessDirectory(new ProcessReader(new ProcfsRoot()));
        var stacks = new StackDirectory(new Symbolizer(new ProcfsRoot()));
        var cgroups = CgroupPaths.Find(new ProcfsRoot());
        var scans = new ScanMarks();
        ulong CgroupId(string path) => cgroups?.IdOf(path) ?? 0;
        _session = CaptureSession.Start(survey.Plan, survey.Probe, KernelSettings.Of(options, (uint)survey.Facts.TickNs, CgroupId));
        _pump = new EventPump(_session, hub, _queue, ledgerOptions, new PumpOptions { ScanPeriod = options.ScanPeriod });
        _enricher = new Enricher(_queue, hub, processes, stacks, _session, scans);
        var status = new StatusReport(_session, _pump, _enricher, _queue, processes, stacks, scans, ledgerOptions, survey.Facts.Release);
        hub.InterestChanged += interests => _session.SetWatch(KernelFilters.Compile(interests, CgroupId));
        _host = TracerHost.Build(HostSettings.Of(options), hub, new FactSource(processes, stacks, cgroups, scans, _pump, status));
        _pumpThread = new WorkerThread("pump", _pump.Run, stop);
        _enricherThread = new WorkerThread("enricher", _enricher.Run, stop);
    }

    /// <exception cref="StartException">Something needed is missing; nothing is left behind.</exception>
    public static DaemonRuntime Start(DaemonOptions options, Action stop)
    {
        using var survey = KernelSurvey.Make(options);
        return new DaemonRuntime(options, survey, stop);
    }

    /// <summary>Serves until cancelled.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        _pumpThread.Start();
        _enricherThread.Start();
        try
        {
            await _host.StartAsync(cancellationToken);
            await _host.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // told to stop while starting
        }
        return _pumpThread.Failed || _enricherThread.Failed ? 1 : 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        _pumpThread.Stop();
        _enricherThread.Stop();
        _session.Dispose();
        _queue.Dispose();
    }
}
