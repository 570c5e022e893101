// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Bpf;
using Tracer.Bpf.Ring;
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Unwinding;
using Tracer.Wire;

namespace Tracer;

/// <summary>
/// The loop from ring to ledger, on one thread of its own: it alone writes the ledger. Nothing here waits for a client; what
/// the next stage cannot take is dropped, counted and repeated later.
/// </summary>
public sealed class EventPump
{
    private const int RecordsPerDrain = 4096;
    private const int MostRecords = 131_072; // more than fit into the default ring
    private const int TransitionsPerHandover = 1024; // what comes in a nap, so that the hub wakes its clients once for it
    private const ulong LongestBurstWaitNs = 2_000_000_000; // of one scan
    private const uint ScanStates = 1u << (int)TcpState.CloseWait | 1u << (int)TcpState.Listen;

    private readonly CaptureSession _session;
    private readonly EventHub _hub;
    private readonly HandoffQueue<PumpedItem> _queue;
    private readonly CodeLoader? _loader;
    private readonly SocketLedger _ledger;
    private readonly ScanSchedule _schedule;
    private readonly LossWatch _losses;
    private readonly ProcessWatch _processes;
    private readonly LedgerReplay _replay;
    private readonly RingPacer _pacer = new();
    private readonly TcpEvent[] _transitions = new TcpEvent[TransitionsPerHandover];
    private readonly NetworkNamespaces _namespaces = new("/proc");
    private readonly RowSink _rowSink;
    private readonly PumpOptions _options;
    private volatile ListenerFacts[] _listeners = [];
    private int _transitionCount;
    private int _execCount; // of this drain
    private ulong _nextTickNs;
    private bool _hasNews;
    private SocketScan? _scan;
    private ulong _scanBeganNs;
    private ulong _scanCostNs;
    private ulong _burstWaitNs;

    public EventPump(
        CaptureSession session, EventHub hub, HandoffQueue<PumpedItem> queue, CodeLoader? loader, LedgerOptions ledger, PumpOptions options)
    {
        _loader = loader;
        _session = session;
        _hub = hub;
        _queue = queue;
        _options = options;
        _ledger = new SocketLedger(ledger, OnLedgerChange);
        _replay = new LedgerReplay(_ledger, queue);
        _schedule = new ScanSchedule(options.ScanPeriod);
        _losses = new LossWatch(session, hub, Counters);
        _processes = new ProcessWatch(session, Counters);
        _rowSink = ApplyRow;
        session.SetSnapshotStates(ScanStates);
    }

    public PumpCounters Counters { get; } = new();

    public LedgerCounters Ledger => _ledger.Counters;

    /// <summary>All listeners as the last scan saw them; empty unless the options ask for it. Any thread.</summary>
    public IReadOnlyList<ListenerFacts> Listeners => _listeners;

    /// <summary>Asks for a scan as soon as possible; any thread.</summary>
    public void RequestScan()
    {
        _schedule.Request();
        _session.Doorbell.Wake();
    }

    /// <summary>Runs until cancelled.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration wake = cancellationToken.Register(_session.Doorbell.Wake);
        while (!cancellationToken.IsCancellationRequested)
        {
            int records = DrainAll();
            ulong now = ClockSet.ReadMonotonicNs();
            // A program that begins is looked at later, and nothing follows it: five naps and two ticks less for each.
            bool isQuiet = records != 0 && records == _execCount;
            _hasNews |= records != 0 && !isQuiet;
            if (isQuiet)
                _pacer.SkipNaps();
            Tick(now);
            bool scanning = StepScan(now);
            _queue.Announce();
            if (!scanning)
                _pacer.Rest(isQuiet ? 0 : records, _session.Doorbell, LongestSleep());
        }
        _scan?.Dispose();
    }

    /// <summary>Until the ring is dry, or a ring's worth was read: a step of a scan takes time in which nobody reads it.</summary>
    private int DrainAll()
    {
        int taken = 0;
        int last;
        _execCount = 0;
        do
        {
            last = Drain();
            taken += last;
            _queue.Announce();
        }
        while (last == RecordsPerDrain && taken < MostRecords);
        return taken;
    }

    private int Drain()
    {
        int taken = 0;
        while (taken < RecordsPerDrain && _session.Ring.TryRead(out ReadOnlySpan<byte> record))
        {
            Dispatch(record);
            taken++;
        }
        _session.Ring.Release();
        FlushTransitions();
        Counters.Records += (ulong)taken;
        return taken;
    }

    private void Dispatch(ReadOnlySpan<byte> record)
    {
        DecodeStatus status;
        switch (WireReader.PeekKind(record))
        {
            case TcpEventKind.Transition:
                status = WireReader.TryReadEvent(record, out _transitions[_transitionCount]);
                if (status == DecodeStatus.Ok && ++_transitionCount == TransitionsPerHandover)
                    FlushTransitions();
                break;
            case TcpEventKind.Stack:
                status = WireReader.TryReadStack(
                    record, out TcpStackHeader stack, out ReadOnlySpan<ulong> frames, out ReadOnlySpan<TcpInterpreterFrame> interpreter);
                if (status == DecodeStatus.Ok)
                    Hand(new PumpedItem { Kind = PumpedItemKind.Stack, Stack = new RawStack(stack, frames.ToArray(), interpreter.ToArray()) });
                break;
            case TcpEventKind.CodeWanted or TcpEventKind.ProcessExec:
                status = WireReader.TryReadCodeMapping(record, out TcpCodeMapping wish);
                if (status == DecodeStatus.Ok)
                    AskLoader(in wish);
                break;
            case TcpEventKind.ProcessExit:
                status = WireReader.TryReadProcessExit(record, out TcpProcessExit exit);
                if (status == DecodeStatus.Ok)
                    _ledger.Apply(in exit);
                break;
            default:
                status = WireReader.TryReadSocketEvent(record, out TcpSocketEvent e);
                if (status == DecodeStatus.Ok)
                    ApplySocketEvent(in e);
                break;
        }
        if (status != DecodeStatus.Ok)
            Counters.Reject(status);
    }

    private void AskLoader(in TcpCodeMapping wish)
    {
        if (wish.Header.Kind == TcpEventKind.ProcessExec)
            _execCount++;
        _loader?.Ask(in wish);
    }

    private void ApplySocketEvent(in TcpSocketEvent e)
    {
        _ledger.Apply(in e);
        // Entering and leaving CLOSE_WAIT are state changes too, for those who watch all of them.
        if (e.Event.Header.Kind is not (TcpEventKind.CloseWaitEnter or TcpEventKind.CloseWaitExit))
            return;
        _transitions[_transitionCount] = e.Event;
        if (++_transitionCount == TransitionsPerHandover)
            FlushTransitions();
    }

    private void FlushTransitions()
    {
        if (_transitionCount == 0)
            return;
        _hub.PublishTransitions(_transitions.AsSpan(0, _transitionCount));
        Counters.Transitions += (ulong)_transitionCount;
        _transitionCount = 0;
    }

    private void OnLedgerChange(LedgerChangeKind kind, in TrackedSocket socket)
    {
        Hand(new PumpedItem { Kind = PumpedItemKind.SocketChange, Change = kind, Socket = socket });
    }

    private void Hand(in PumpedItem item)
    {
        if (_queue.TryEnqueue(in item) || (_scan is not null && WaitForRoom() && _queue.TryEnqueue(in item)))
            return;
        Counters.QueueDropped++;
        _replay.NoteRefused();
    }

    /// <summary>The end of a scan may tell of more sockets at once than the queue holds; meanwhile the ring takes what comes.</summary>
    private bool WaitForRoom()
    {
        while (_queue.Count == _queue.Capacity && _burstWaitNs < LongestBurstWaitNs)
        {
            ulong began = ClockSet.ReadMonotonicNs();
            _queue.Announce();
            Doorbell.Nap(RingPacer.NapTime);
            _burstWaitNs += ClockSet.ReadMonotonicNs() - began;
        }
        return _queue.Count < _queue.Capacity;
    }

    private bool StepScan(ulong now)
    {
        if (_scan is null && !BeginScan(now))
            return false;
        try
        {
            ulong began = ClockSet.ReadMonotonicNs();
            bool more = _scan!.Step(_rowSink);
            ulong ended = ClockSet.ReadMonotonicNs();
            _scanCostNs += ended - began;
            if (!more)
            {
                Drain(); // what happened while the last rows were written
                EndScan(ended);
            }
        }
        catch (Exception e) when (e is BpfException or InvalidDataException)
        {
            Counters.ScansFailed++;
            _ledger.AbandonScan();
            CloseScan();
        }
        return _scan is not null;
    }

    private bool BeginScan(ulong now)
    {
        bool holdersWanted = _session.HasHolders && _ledger.NeedsHolderScan(now);
        if (!_session.HasSnapshot && !_session.HasHolders)
            return false;
        if (!_schedule.IsDue(now, _ledger.Count, holdersWanted))
            return false;
        _scanBeganNs = now;
        _scanCostNs = 0;
        _burstWaitNs = 0;
        _schedule.Began(now);
        _ledger.BeginScan(now, _session.HasHolders ? ScanScope.SocketsAndHolders : ScanScope.Sockets);
        _scan = new SocketScan(_session, _namespaces);
        return true;
    }

    private void EndScan(ulong now)
    {
        Counters.NamespacesSkipped += (ulong)_scan!.SkippedNamespaces;
        // Without a snapshot no namespace is covered: the descriptors alone are brought into the books.
        foreach (uint netns in _scan.Covered)
            _ledger.CoverNetns(netns);
        _ledger.EndScan(now, _scanCostNs);
        if (_options.KeepsListeners)
            _listeners = _ledger.CopyListeners();
        _processes.Follow(_ledger.HolderProcesses);
        Hand(new PumpedItem { Kind = PumpedItemKind.ScanDone, KtimeNs = _scanBeganNs });
        CloseScan();
    }

    private void CloseScan()
    {
        _scan!.Dispose();
        _scan = null;
    }

    private void ApplyRow(ReadOnlySpan<byte> row)
    {
        DecodeStatus status;
        switch (WireReader.PeekKind(row))
        {
            case TcpEventKind.Holder:
                status = WireReader.TryReadHolder(row, out TcpHolder holder);
                if (status == DecodeStatus.Ok)
                    _ledger.ApplyRow(in holder);
                break;
            case TcpEventKind.Queued:
                status = WireReader.TryReadQueued(row, out TcpQueued queued);
                if (status == DecodeStatus.Ok)
                    _ledger.ApplyRow(in queued);
                break;
            default:
                status = WireReader.TryReadSocketEvent(row, out TcpSocketEvent socket);
                if (status == DecodeStatus.Ok)
                    _ledger.ApplyRow(in socket);
                break;
        }
        if (status != DecodeStatus.Ok)
            Counters.Reject(status);
    }

    private void Tick(ulong now)
    {
        if (now < _nextTickNs)
            return;
        _nextTickNs = now + (ulong)_options.TickPeriod.TotalNanoseconds;
        _ledger.Tick(now);
        if (_hasNews || _ledger.Count != 0)
            _schedule.NoteLoss(_losses.Poll());
        _hasNews = false;
        _replay.Step(now);
    }

    /// <summary>With nothing on the books nothing changes but by a record, and that rings the doorbell.</summary>
    private TimeSpan LongestSleep() =>
        _hasNews || _ledger.Count != 0 || _replay.IsDue || _schedule.IsLossPending ? _options.TickPeriod : Timeout.InfiniteTimeSpan;
}
