// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Bpf;
using Tracer.Capture;
using Tracer.Inspection;
using Tracer.Linux;
using Tracer.Linux.Cgroups;
using Tracer.Linux.Procfs;
using Tracer.Scenes;
using Tracer.Stacks;
using Tracer.Stacks.Merging;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;
using Tracer.Unwinding;

namespace Tracer.Daemon;

/// <summary>The composition root: makes every part of the daemon, joins them, runs them, and takes them down in order.</summary>
public sealed class DaemonRuntime : IAsyncDisposable
{
    private const int QueueCapacityPowerOfTwo = 14; // a stand-still of 0.2 s at 34,000 connections/s, each of which enters CLOSE_WAIT and leaves it

    private readonly DaemonOptions _options;
    private readonly KernelSurvey _survey;
    private readonly CaptureSession _session;
    private readonly HandoffQueue<PumpedItem> _queue;
    private readonly Symbolizer _symbolizer;
    private readonly TracerServer _server;
    private readonly Action _openApi;
    private readonly WorkerThread _pumpThread;
    private readonly WorkerThread _enricherThread;
    private readonly RuntimeDirectory _runtimes;
    private readonly ThreadDumper _threads;
    private readonly ThreadInspector _inspector;
    private readonly CodeLoader? _loader;
    private readonly WorkerThread? _loaderThread;
    private readonly WorkerThread? _sceneThread;

    private DaemonRuntime(
        DaemonOptions options, KernelSurvey survey, CaptureSession session, CgroupPaths? cgroups, UserFrameRules rules,
        TracerServer server, Action stop)
    {
        var procfs = new ProcfsRoot();
        var ledgerOptions = new LedgerOptions { MaxSockets = options.MaxSockets, KnowsTasks = survey.Plan.RungOf(HookLadders.Task) != HookLadders.None };
        var scans = new ScanMarks();
        _options = options;
        _survey = survey;
        _session = session;
        _queue = new HandoffQueue<PumpedItem>(QueueCapacityPowerOfTwo);
        _runtimes = new RuntimeDirectory(procfs, LanguageRuntimes.Detectors);
        _symbolizer = new Symbolizer(procfs, NamingSettings.Of(options, rules), runtimes: _runtimes);
        _threads = new ThreadDumper(procfs);
        var processes = new ProcessDirectory(new ProcessReader(procfs));
        var stacks = new StackDirectory(_symbolizer);
        var names = new NameDirectory(processes, stacks);
        var descriptors = new DescriptorCounts(procfs);
        var counters = new NetCounters(procfs);
        var hub = new EventHub(names: names);
        _loader = session.Unwind is { } maps ? new CodeLoader(session, maps, _runtimes, procfs) : null;
        SceneCounters? scenes = SceneSettings.CountersOf(options);
        var pumpOptions = new PumpOptions { ScanPeriod = options.ScanPeriod, KeepsListeners = scenes is not null };
        var pump = new EventPump(session, hub, _queue, _loader, ledgerOptions, pumpOptions);
        var enricher = new Enricher(_queue, hub, processes, stacks, session, scans);
        _inspector = new ThreadInspector(SourcesOf(procfs));
        var status = new StatusReport(
            session, pump, enricher, _loader, _inspector, _queue, processes, stacks, descriptors, scans, ledgerOptions, survey.Facts.Release)
        {
            Scenes = scenes,
        };
        hub.InterestChanged += interests => session.SetWatch(KernelFilters.Compile(interests, path => cgroups?.IdOf(path) ?? 0));
        var facts = new FactSource(names, _threads, _inspector, descriptors, counters, cgroups, scans, pump, status);
        _server = server;
        _openApi = () => server.Provide(hub, facts);
        _pumpThread = new WorkerThread("pump", pump.Run, stop);
        _enricherThread = new WorkerThread("enricher", enricher.Run, stop);
        _loaderThread = _loader is null ? null : new WorkerThread("loader", _loader.Run, stop);
        _sceneThread = scenes is null ? null : new WorkerThread("scenes", SceneSettings.WatchOf(options, hub, facts, pump, scenes).Run, stop);
    }

    /// <summary>Makes the daemon; its server is built meanwhile, for a client that waits.</summary>
    /// <exception cref="StartException">Something needed is missing; nothing is left behind.</exception>
    /// <exception cref="TracerHostException">The API cannot be served; nothing is left behind.</exception>
    public static async Task<DaemonRuntime> StartAsync(DaemonOptions options, CancellationTokenSource stop)
    {
        if (options.Verbose)
            Announcement.ShowLibraryLog();
        UserFrameRules rules = UserFrameRuleFile.Read(options.UserFrameRulesPath);
        KernelFacts facts = KernelSurvey.ReadFacts(options);
        SceneSettings.CheckDirectory(options);
        TracerServer server = TracerServer.Open(HostSettings.Of(options));
        _ = server.ServeAsync(atOnce: options.Lifeline, stop.Token); // whoever started a daemon with a lifeline connects next
        try
        {
            return Make(options, facts, rules, server, stop.Cancel);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static DaemonRuntime Make(DaemonOptions options, KernelFacts facts, UserFrameRules rules, TracerServer server, Action stop)
    {
        KernelSurvey survey = KernelSurvey.Make(options, facts);
        CaptureSession? session = null;
        try
        {
            if (options.Verbose)
                Announcement.Hooks(survey.Plan);
            var cgroups = CgroupPaths.Find(new ProcfsRoot());
            CaptureOptions capture = KernelSettings.Of(options, (uint)facts.TickNs, path => cgroups?.IdOf(path) ?? 0);
            session = StartCapture(survey, capture);
            return new DaemonRuntime(options, survey, session, cgroups, rules, server, stop);
        }
        catch
        {
            survey.Dispose();
            session?.Dispose();
            throw;
        }
    }

    private static CaptureSession StartCapture(KernelSurvey survey, CaptureOptions options)
    {
        try
        {
            return CaptureSession.Start(survey.Plan, survey.Probe, options);
        }
        catch (BpfException e) when (KernelMinimum.IsMemoryLimit(survey.Facts, e))
        {
            throw KernelMinimum.MemoryLimit(survey.Facts);
        }
    }

    /// <summary>Serves until cancelled; returns an exit code.</summary>
    public async Task<int> RunAsync()
    {
        _pumpThread.Start();
        _enricherThread.Start();
        _loaderThread?.Start();
        _sceneThread?.Start();
        _openApi();
        Announcement.Ready(_options);
        _survey.Dispose(); // the kernel takes 20 to 50 ms for it
        await _server.Serving;
        return _pumpThread.Failed || _enricherThread.Failed || _loaderThread is { Failed: true } || _sceneThread is { Failed: true } ? 1 : 0;
    }

    private InspectionSources SourcesOf(ProcfsRoot procfs)
    {
        IteratorPlaces? places = _session.HasThreads ? new IteratorPlaces(_session) : null;
        var tables = new UnwindTableCache(_loader is null ? null : _loader.CopyRows);
        return new InspectionSources(procfs, places, _runtimes, tables, _symbolizer);
    }

    public async ValueTask DisposeAsync()
    {
        _sceneThread?.Stop();
        await _server.DisposeAsync();
        _pumpThread.Stop();
        _enricherThread.Stop();
        _loaderThread?.Stop();
        _inspector.Dispose();
        _survey.Dispose();
        _session.Dispose();
        _symbolizer.Dispose();
        _loader?.Dispose();
        _runtimes.Dispose();
        _threads.Dispose();
        _queue.Dispose();
    }
}
