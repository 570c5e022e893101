// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution.Findings.History;
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings;

/// <summary>
/// What became of the sockets of each owner and origin: how many were closed, how late, and how many came and went lately. One thread notes, any
/// thread reads. Bounded.
/// </summary>
public sealed class CloseHistory(INameSource names)
{
    private const int MaxOrigins = 8192;
    private const int MaxKeys = 8 * MaxOrigins; // of the index only: what it forgets is looked up again
    private const ulong UnsettledRecheckNs = 1_000_000_000;
    private const ulong SettledRecheckNs = 30_000_000_000; // names improve, and a process changes its executable by exec()

    private readonly Lock _gate = new();
    private readonly OriginNames _names = new(names);
    private readonly Dictionary<OriginKey, Place> _places = [];
    private readonly Dictionary<HistoryKey, CloseTally> _settled = [];
    private readonly Dictionary<OriginKey, UnsettledOrigin> _unsettled = [];
    private readonly EndCounts _ends = new();

    /// <summary>Which tally an origin adds to, and when to ask for its names again.</summary>
    private record struct Place(CloseTally? Tally, ulong RecheckKtimeNs);

    /// <summary>Owners and origins that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _settled.Count + _unsettled.Count;
        }
    }

    public int Limit => MaxOrigins;

    /// <summary>Owners and origins forgotten for want of room: their numbers begin anew.</summary>
    public ulong Evicted { get; private set; }

    /// <summary>Takes a change of the ledger.</summary>
    public void Note(LedgerChangeKind kind, in TrackedSocket socket)
    {
        if (kind is not (LedgerChangeKind.Exited or LedgerChangeKind.Released))
            return;
        lock (_gate)
        {
            CloseTally tally = TallyOf(in socket);
            if (kind == LedgerChangeKind.Exited)
            {
                tally.NoteEnd(in socket);
                _ends.Add(socket.End);
            }
            bool isOpen = socket.DescriptorLeftOpen && !socket.IsDropped;
            if (!isOpen)
                tally.NoteGone(in socket, TimeOf(in socket));
        }
    }

    /// <summary>Copies of the tallies with these keys that exist, and how all sockets ended.</summary>
    internal (Dictionary<HistoryKey, CloseTally> Tallies, Dictionary<EndReason, ulong> Ends) Read(IEnumerable<HistoryKey> keys)
    {
        lock (_gate)
        {
            SettleAll();
            Dictionary<HistoryKey, CloseTally> tallies = [];
            foreach (HistoryKey key in keys)
            {
                if (_settled.TryGetValue(key, out CloseTally? tally))
                    CopyInto(tallies, key, tally);
            }
            foreach (UnsettledOrigin origin in _unsettled.Values)
                CopyInto(tallies, origin.Resolve(_names).Key, origin.Tally);
            return (tallies, _ends.ToDictionary());
        }
    }

    // When the descriptor that was left open went is known only if a hook told.
    private static ulong TimeOf(in TrackedSocket socket) => Math.Max(socket.EndKtimeNs, socket.Last.Event.KtimeNs);

    private static void CopyInto(Dictionary<HistoryKey, CloseTally> copies, HistoryKey key, CloseTally tally)
    {
        ref CloseTally? copy = ref CollectionsMarshal.GetValueRefOrAddDefault(copies, key, out _);
        (copy ??= new CloseTally()).Add(tally);
    }

    private CloseTally TallyOf(in TrackedSocket socket)
    {
        OriginKey key = OriginRules.KeyOf(in socket);
        ulong now = TimeOf(in socket);
        if (_places.TryGetValue(key, out Place place) && now < place.RecheckKtimeNs)
            return place.Tally!;
        OriginSite site = _names.Resolve(in socket);
        CloseTally tally;
        if (site.IsSettled)
            tally = Settle(key, site);
        else
            tally = place.Tally ?? Unsettled(key, in socket);
        MakeRoomForPlace();
        _places[key] = new Place(tally, now + (site.IsSettled ? SettledRecheckNs : UnsettledRecheckNs));
        return tally;
    }

    private CloseTally Settle(OriginKey key, OriginSite site)
    {
        if (!_settled.TryGetValue(site.Key, out CloseTally? tally))
        {
            MakeRoom();
            _settled.Add(site.Key, tally = new CloseTally());
        }
        if (_unsettled.Remove(key, out UnsettledOrigin? origin))
            tally.Add(origin.Tally);
        return tally;
    }

    private CloseTally Unsettled(OriginKey key, in TrackedSocket socket)
    {
        if (_unsettled.TryGetValue(key, out UnsettledOrigin? known))
            return known.Tally;
        MakeRoom();
        UnsettledOrigin origin = new(key, in socket);
        _unsettled.Add(key, origin);
        return origin.Tally;
    }

    private void SettleAll()
    {
        foreach (UnsettledOrigin origin in _unsettled.Values.ToArray())
        {
            OriginSite site = origin.Resolve(_names);
            if (!site.IsSettled)
                continue;
            CloseTally tally = Settle(origin.Origin, site);
            _places[origin.Origin] = new Place(tally, 0);
        }
    }

    private void MakeRoomForPlace()
    {
        if (_places.Count >= MaxKeys)
            _places.Clear();
    }

    // An eighth at a time: sorting for every newcomer would cost more than it keeps.
    private void MakeRoom()
    {
        if (_settled.Count + _unsettled.Count < MaxOrigins)
            return;
        ulong[] times = [.. _settled.Values.Select(tally => tally.NotedKtimeNs), .. _unsettled.Values.Select(origin => origin.Tally.NotedKtimeNs)];
        Array.Sort(times);
        ulong newest = times[MaxOrigins / 8];
        int before = times.Length;
        foreach ((HistoryKey key, CloseTally tally) in _settled.ToArray())
        {
            if (tally.NotedKtimeNs <= newest)
                _settled.Remove(key);
        }
        foreach ((OriginKey key, UnsettledOrigin origin) in _unsettled.ToArray())
        {
            if (origin.Tally.NotedKtimeNs <= newest)
                _unsettled.Remove(key);
        }
        Evicted += (ulong)(before - _settled.Count - _unsettled.Count);
        _places.Clear(); // some of them lead to what is forgotten
    }
}
