// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The rows of the scan that is open, kept until its end because they come in no useful order.</summary>
internal sealed class OpenScan(LedgerOptions options, LedgerCounters counters)
{
    private readonly HashSet<SocketKey> _ended = [];
    private readonly Dictionary<SocketKey, ulong> _queuedByKey = [];
    private readonly Dictionary<ulong, ulong> _queuedBySockKey = []; // sockets without a cookie yet
    private HashSet<uint> _covered = [];
    private HashSet<uint> _coveredBefore = [];
    private bool _isEndedComplete;
    private ScanScope _scope;

    public bool IsOpen { get; private set; }

    /// <summary>Counts scans, so that an entry can say which one saw it; 0 is none.</summary>
    public uint Number { get; private set; }

    public ulong BeginKtimeNs { get; private set; }

    public HolderRows Holders { get; } = new(options.MaxHolders);

    public RecentExits Exits { get; } = new(options.MaxTombstones);

    public List<ListenerRow> Listeners { get; } = [];

    public bool WantsHolders => IsOpen && _scope == ScanScope.SocketsAndHolders;

    /// <summary>What has no holder row has no holder.</summary>
    public bool HasAllHolders => WantsHolders && Holders.IsComplete;

    public void Begin(ulong ktimeNs, ScanScope scope)
    {
        (IsOpen, BeginKtimeNs, _scope, _isEndedComplete) = (true, ktimeNs, scope, true);
        Number++;
        Exits.NextScan();
    }

    /// <summary>Forgets the rows. A scan that was abandoned covered nothing.</summary>
    public void End(bool isComplete)
    {
        IsOpen = false;
        if (isComplete)
            (_covered, _coveredBefore) = (_coveredBefore, _covered);
        _covered.Clear();
        _ended.Clear();
        _queuedByKey.Clear();
        _queuedBySockKey.Clear();
        Listeners.Clear();
        Holders.Clear();
    }

    public void Cover(uint netns) => _covered.Add(netns);

    /// <summary>This scan listed the sockets of this namespace: what it does not show is not there.</summary>
    public bool Covers(uint netns) => _covered.Contains(netns);

    /// <summary>The scan before listed them too: what is new came since.</summary>
    public bool WasCovered(uint netns) => _coveredBefore.Contains(netns);

    /// <summary>Remembers that a socket has left CLOSE_WAIT, so that an older row does not bring it back.</summary>
    public void Bury(SocketKey key)
    {
        if (!IsOpen)
            return;
        if (_ended.Count < options.MaxTombstones)
        {
            _ended.Add(key);
            return;
        }
        _isEndedComplete = false;
        counters.RefusedTombstones++;
    }

    /// <summary>May have ended since the scan began; the next scan will tell.</summary>
    public bool MayHaveEnded(SocketKey key) => !_isEndedComplete || _ended.Contains(key);

    public void AddListener(in TcpSocketEvent row)
    {
        if (Listeners.Count < options.MaxListeners)
            Listeners.Add(ListenerRow.Of(in row));
        else
            counters.RefusedListeners++;
    }

    public void AddHolder(in TcpHolder row)
    {
        if (!Holders.TryAdd(in row))
            counters.RefusedHolders++;
    }

    public void AddQueued(in TcpQueued row)
    {
        if (_queuedByKey.Count + _queuedBySockKey.Count >= options.MaxSockets)
            counters.RefusedQueued++;
        else if (row.Cookie != 0)
            _queuedByKey[new SocketKey(row.Cookie, row.Netns)] = row.ListenerCookie;
        else
            _queuedBySockKey[row.SockKey] = row.ListenerCookie;
    }

    /// <summary>The holders of a socket as this scan shows them; the known ones if it cannot tell.</summary>
    public DescriptorHolder[] HoldersOf(SocketKey key, ulong sockKey, DescriptorHolder[] known)
    {
        if (!WantsHolders)
            return known;
        DescriptorHolder[] found = Holders.Collect(key, sockKey, Exits, known);
        return found.Length == 0 && !Holders.IsComplete ? known : found;
    }

    /// <summary>Cookie of the listener in whose queue the socket waits; 0: in none that was seen.</summary>
    public ulong QueuedListenerOf(SocketKey key, ulong sockKey)
    {
        if (_queuedByKey.TryGetValue(key, out ulong listener))
            return listener;
        return sockKey != 0 && _queuedBySockKey.TryGetValue(sockKey, out listener) ? listener : 0;
    }
}
