// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>
/// The books of all sockets in CLOSE_WAIT, and of those that ended with a descriptor left open. Pure and single-writer: one thread calls
/// everything here. A scan's rows and ring events may be mixed in any order, with one condition: between the last row and
/// <see cref="EndScan"/> the ring has been drained once.
/// </summary>
public sealed class SocketLedger
{
    // What made one scan fail will make the next one fail too, for a while.
    private const ulong AbandonedScanPauseNs = 1_000_000_000;

    private readonly LedgerOptions _options;
    private readonly SocketBooks _books;
    private readonly ListenerTable _listeners;
    private readonly OpenScan _scan;
    private readonly ListenerResolver _resolver;
    private readonly ScanReconciler _reconciler;
    private readonly RingRecorder _ring;
    private readonly HashSet<ProcessKey> _holderProcesses = [];
    private ulong _nextScanKtimeNs;

    public SocketLedger(LedgerOptions options, LedgerChangeSink sink)
    {
        _options = options;
        Counters = new LedgerCounters();
        _books = new SocketBooks(options, Counters, sink);
        _listeners = new ListenerTable(options.MaxListeners, Counters);
        _scan = new OpenScan(options, Counters);
        _resolver = new ListenerResolver(_listeners);
        _reconciler = new ScanReconciler(_books, _listeners, _resolver, _scan, Counters);
        _ring = new RingRecorder(_books, _resolver, _scan, options, Counters);
    }

    /// <summary>Sockets on the books.</summary>
    public int Count => _books.Count;

    public LedgerCounters Counters { get; }

    /// <summary>Processes that hold a socket or a listener on the books, as of the last scan of holders: their end is worth knowing.</summary>
    public IReadOnlySet<ProcessKey> HolderProcesses => _holderProcesses;

    /// <summary>Takes the ring kinds ENTER, USE, EXIT and RELEASE.</summary>
    public void Apply(in TcpSocketEvent e)
    {
        _books.Hear(e.Event.KtimeNs);
        _ring.Apply(in e);
    }

    /// <summary>Takes the end of a process: it holds nothing any more.</summary>
    public void Apply(in TcpProcessExit e)
    {
        _books.Hear(e.KtimeNs);
        ProcessKey process = new(e.Pid, e.StartBoottimeNs);
        if (!_scan.Exits.TryAdd(process))
            Counters.RefusedTombstones++;
        if (!_holderProcesses.Remove(process))
        {
            Counters.Irrelevant++;
            return;
        }
        bool isListenerHolder = _listeners.RemoveProcess(process);
        for (int slot = 0; slot < _books.End; slot++)
        {
            if (_books[slot].IsUsed)
                RemoveHolder(slot, process, isListenerHolder, e.KtimeNs);
        }
    }

    /// <summary>Opens a scan; a scan that is still open is abandoned. <paramref name="ktimeNs"/> is read before its first row.</summary>
    public void BeginScan(ulong ktimeNs, ScanScope scope)
    {
        _books.Hear(ktimeNs);
        AbandonScan();
        _ring.IsScanWanted = false;
        _scan.Begin(ktimeNs, scope);
    }

    /// <summary>Says that the open scan lists all TCP sockets of a network namespace, also if there are none. A row of a socket says it too.</summary>
    public void CoverNetns(uint netns)
    {
        if (_scan.IsOpen)
            _scan.Cover(netns);
    }

    /// <summary>A row of the socket iterator: LISTEN and CLOSE_WAIT matter.</summary>
    public void ApplyRow(in TcpSocketEvent row)
    {
        if (_scan.IsOpen)
            _reconciler.ApplyRow(in row);
        else
            Counters.Irrelevant++;
    }

    /// <summary>A row of the descriptor iterator. Sockets in CLOSE and LAST_ACK must be among them, or those left open seem released.</summary>
    public void ApplyRow(in TcpHolder row)
    {
        if (_scan.WantsHolders)
            _scan.AddHolder(in row);
        else
            Counters.Irrelevant++;
    }

    /// <summary>A row of a socket in an accept queue.</summary>
    public void ApplyRow(in TcpQueued row)
    {
        if (_scan.IsOpen)
            _scan.AddQueued(in row);
        else
            Counters.Irrelevant++;
    }

    /// <summary>
    /// Closes a complete scan: what it did not show in the namespaces it covered has left CLOSE_WAIT. <paramref name="costNs"/>: time the scan
    /// itself took; 0: all the time since its begin.
    /// </summary>
    public void EndScan(ulong ktimeNs, ulong costNs = 0)
    {
        if (!_scan.IsOpen)
            return;
        _books.Hear(ktimeNs);
        bool hasHolders = _scan.WantsHolders;
        ulong cost = costNs != 0 || ktimeNs < _scan.BeginKtimeNs ? costNs : ktimeNs - _scan.BeginKtimeNs;
        _nextScanKtimeNs = ktimeNs + cost * (_options.ScanTimeDivisor - 1UL);
        _reconciler.Conclude(ktimeNs);
        if (hasHolders)
            CollectHolderProcesses();
    }

    /// <summary>Closes a scan that could not be finished: nothing is concluded from what it did not show.</summary>
    public void AbandonScan()
    {
        if (!_scan.IsOpen)
            return;
        _scan.End(isComplete: false);
        _nextScanKtimeNs = _scan.BeginKtimeNs + AbandonedScanPauseNs;
        _ring.IsScanWanted = true;
        _reconciler.Announce();
    }

    /// <summary>Moves the clock: sockets age, and settle.</summary>
    public void Tick(ulong ktimeNs) => _books.Tick(ktimeNs);

    /// <summary>
    /// Tells everything again, after a loss downstream, in parts of at most <paramref name="most"/> sockets; other calls may come in between.
    /// The cursor begins at 0. True: that was all.
    /// </summary>
    public bool Replay(ref int cursor, int most) => _books.Replay(ref cursor, most);

    /// <summary>
    /// Some socket has settled (see <see cref="Tick"/>) and its holders are not known since it entered, or an event was lost. Never while a scan
    /// is open, and only as often as the cost of the last scan allows.
    /// </summary>
    public bool NeedsHolderScan(ulong ktimeNs) =>
        !_scan.IsOpen && ktimeNs >= _nextScanKtimeNs && (_ring.IsScanWanted || _books.WantingHolders > 0);

    /// <summary>The listeners of the last scan, and those heard of since.</summary>
    public ListenerFacts[] CopyListeners() => _listeners.Copy();

    private void RemoveHolder(int slot, ProcessKey process, bool isListenerHolder, ulong ktimeNs)
    {
        ref LedgerEntry entry = ref _books[slot];
        bool isChanged = isListenerHolder && _resolver.Refresh(ref entry);
        if (TcpFacts.Holds(entry.Socket.Holders, process))
        {
            isChanged = true;
            entry.Socket.Holders = TcpFacts.Without(entry.Socket.Holders, process);
            // Somebody unknown may hold it: a child forked since, or a message in flight. Only a scan tells; one that is open will.
            if (entry.Socket.Holders.Length == 0)
                _books.DoubtHolders(slot, _scan.WantsHolders ? _scan.BeginKtimeNs : ktimeNs);
        }
        if (isChanged)
            _books.Change(slot, _scan.IsOpen);
    }

    private void CollectHolderProcesses()
    {
        _holderProcesses.Clear();
        _listeners.CollectProcesses(_holderProcesses);
        for (int slot = 0; slot < _books.End; slot++)
        {
            if (!_books[slot].IsUsed)
                continue;
            foreach (DescriptorHolder holder in _books[slot].Socket.Holders)
                _holderProcesses.Add(holder.Process);
        }
    }
}
