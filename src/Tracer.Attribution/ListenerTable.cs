// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The listeners of the last scan, by cookie and by port. A listener is named only if no other one fits as well.</summary>
internal sealed class ListenerTable(int limit, LedgerCounters counters)
{
    private struct Slot
    {
        public ListenerFacts Facts;
        public byte Family; // 0: known by its cookie only
        public int NextOnPort;
    }

    private readonly record struct PortKey(uint Netns, ushort Port);

    private readonly Dictionary<SocketKey, int> _byKey = [];
    private readonly Dictionary<PortKey, int> _byPort = [];
    private List<Slot> _slots = [];
    private List<Slot> _previous = [];

    /// <summary>
    /// The listener a socket came through: by the cookie its record or a queue row gives, else by address and port if that is unambiguous,
    /// else null.
    /// </summary>
    public ListenerFacts? Find(in TrackedSocket socket, ulong queuedListenerCookie)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        ulong cookie = record.ListenerCookie != 0 ? record.ListenerCookie : queuedListenerCookie;
        if (cookie != 0)
            return ByCookie(new SocketKey(cookie, socket.Key.Netns), in socket);
        return socket.Last.Event.Direction == TcpDirection.Outbound ? null : ByPort(in socket);
    }

    /// <summary>Some listener accepts what comes to this local address and port.</summary>
    public bool Serves(in TcpEvent e)
    {
        for (int index = FirstOnPort(e.Netns, e.LocalPort); index >= 0; index = _slots[index].NextOnPort)
        {
            if (Rank(index, in e) > 0)
                return true;
        }
        return false;
    }

    /// <summary>Takes the listeners of a complete scan; those in namespaces that it did not cover stay.</summary>
    public void Rebuild(OpenScan scan)
    {
        (_previous, _slots) = (_slots, _previous);
        _slots.Clear();
        _byPort.Clear();
        foreach (ref readonly ListenerRow row in CollectionsMarshal.AsSpan(scan.Listeners))
        {
            ListenerFacts? known = _byKey.TryGetValue(row.Key, out int index) && index < _previous.Count ? _previous[index].Facts : null;
            DescriptorHolder[] holders = scan.HoldersOf(row.Key, row.SockKey, known?.Holders ?? []);
            bool isSame = known is not null && IsSame(known, in row, holders);
            Add(isSame ? known! : ToFacts(in row, holders, scan.BeginKtimeNs), row.Family);
        }
        foreach (Slot slot in _previous)
        {
            if (!scan.Covers(slot.Facts.Netns))
                Add(slot.Facts, slot.Family);
        }
        _byKey.Clear();
        for (int index = 0; index < _slots.Count; index++)
            _byKey.TryAdd(KeyOf(_slots[index].Facts), index);
        _previous.Clear();
        counters.Listeners = (ulong)_slots.Count;
    }

    /// <summary>Takes an ended process out of all holders; true if it was there.</summary>
    public bool RemoveProcess(ProcessKey process)
    {
        bool isFound = false;
        for (int index = 0; index < _slots.Count; index++)
        {
            Slot slot = _slots[index];
            if (!TcpFacts.Holds(slot.Facts.Holders, process))
                continue;
            slot.Facts = slot.Facts.With(TcpFacts.Without(slot.Facts.Holders, process));
            _slots[index] = slot;
            isFound = true;
        }
        return isFound;
    }

    /// <summary>Adds the processes that hold listeners.</summary>
    public void CollectProcesses(HashSet<ProcessKey> processes)
    {
        foreach (Slot slot in _slots)
        {
            foreach (DescriptorHolder holder in slot.Facts.Holders)
                processes.Add(holder.Process);
        }
    }

    public ListenerFacts[] Copy()
    {
        var listeners = new ListenerFacts[_slots.Count];
        for (int index = 0; index < listeners.Length; index++)
            listeners[index] = _slots[index].Facts;
        return listeners;
    }

    private ListenerFacts? ByCookie(SocketKey key, in TrackedSocket socket)
    {
        if (_byKey.TryGetValue(key, out int index))
            return _slots[index].Facts;
        if (socket.Listener?.Cookie == key.Cookie)
            return socket.Listener; // closed since: what was known of it is better than its cookie
        // Opened since the last scan: remembered, so that its thousandth socket allocates nothing.
        ListenerFacts stub = new() { Cookie = key.Cookie, Netns = key.Netns, Opener = socket.Last.Record.Listener };
        if (!Add(stub, family: 0))
            return null;
        _byKey.Add(key, _slots.Count - 1);
        counters.Listeners = (ulong)_slots.Count;
        return stub;
    }

    private ListenerFacts? ByPort(in TrackedSocket socket)
    {
        int bestRank = 0;
        int bestCount = 0;
        ListenerFacts? best = null;
        ListenerFacts? acceptors = null;
        int acceptorsCount = 0;
        for (int index = FirstOnPort(socket.Key.Netns, socket.Last.Event.LocalPort); index >= 0; index = _slots[index].NextOnPort)
        {
            ListenerFacts facts = _slots[index].Facts;
            int rank = Rank(index, in socket.Last.Event);
            if (rank == 0 || rank < bestRank || IsYounger(facts, in socket))
                continue;
            if (rank > bestRank)
                (bestRank, bestCount, acceptors, acceptorsCount) = (rank, 0, null, 0);
            best = facts;
            bestCount++;
            if (IsHeldByAcceptor(facts, in socket.Last.Record))
                (acceptors, acceptorsCount) = (facts, acceptorsCount + 1);
        }
        if (bestCount == 1)
            return best;
        return acceptorsCount == 1 ? acceptors : null;
    }

    // 2: bound to this very address; 1: to all; 0: cannot have accepted it. A child has the family of its listener, also with a v4-mapped peer.
    private int Rank(int index, in TcpEvent e)
    {
        Slot slot = _slots[index];
        if (slot.Family != e.Family)
            return 0;
        WireAddress address = slot.Facts.LocalAddress;
        if (address == e.LocalAddress)
            return 2;
        if (!address.IsWildcard)
            return 0;
        // ::ffff:0.0.0.0 takes IPv4 only; :: takes both.
        return !address.IsV4Mapped || e.LocalAddress.IsV4Mapped ? 1 : 0;
    }

    // A listener opened under the tracer's eyes leaves its mark on its sockets: one without it, or in CLOSE_WAIT before, came from elsewhere.
    private static bool IsYounger(ListenerFacts facts, in TrackedSocket socket)
    {
        bool isSocketOlderThanTracer = socket.Last.Record.OriginKind is TcpOrigin.Unknown or TcpOrigin.Existed && !socket.InAcceptQueue;
        return facts.HasOpener && (isSocketOlderThanTracer || facts.Opener.KtimeNs > socket.EnterKtimeNs);
    }

    // The first user of an adopted socket may have been handed it; only an accept() that was seen tells.
    private static bool IsHeldByAcceptor(ListenerFacts facts, in TcpRecord record) =>
        record.OriginKind == TcpOrigin.Accept && TcpFacts.Holds(facts.Holders, ProcessKey.Of(in record.Origin));

    private int FirstOnPort(uint netns, ushort port) => _byPort.TryGetValue(new PortKey(netns, port), out int index) ? index : -1;

    private bool Add(ListenerFacts facts, byte family)
    {
        if (_slots.Count >= limit)
        {
            counters.RefusedListeners++;
            return false;
        }
        int next = -1;
        if (family != 0)
        {
            PortKey port = new(facts.Netns, facts.LocalPort);
            next = FirstOnPort(port.Netns, port.Port);
            _byPort[port] = _slots.Count;
        }
        _slots.Add(new Slot { Facts = facts, Family = family, NextOnPort = next });
        return true;
    }

    private static SocketKey KeyOf(ListenerFacts facts) => new(facts.Cookie, facts.Netns);

    private static bool IsSame(ListenerFacts known, in ListenerRow row, DescriptorHolder[] holders) =>
        known.LocalPort == row.Port && known.LocalAddress == row.Address && known.QueueLength == row.QueueLength
        && known.QueueLimit == row.QueueLimit && known.Drops == row.Drops
        && ProcessKey.Of(known.Opener) == ProcessKey.Of(row.Opener)
        && IsSame(known.LastAccept, row.LastAccept) && known.LastAcceptResult == row.LastAcceptResult
        && ReferenceEquals(known.Holders, holders);

    private static bool IsSame(in TcpActor left, in TcpActor right) =>
        left.KtimeNs == right.KtimeNs && left.StackId == right.StackId && ProcessKey.Of(in left) == ProcessKey.Of(in right);

    private static ListenerFacts ToFacts(in ListenerRow row, DescriptorHolder[] holders, ulong ktimeNs) => new()
    {
        Cookie = row.Key.Cookie,
        Netns = row.Key.Netns,
        LocalAddress = row.Address,
        LocalPort = row.Port,
        QueueLength = row.QueueLength,
        QueueLimit = row.QueueLimit,
        Drops = row.Drops,
        Opener = row.Opener,
        LastAccept = row.LastAccept,
        LastAcceptResult = row.LastAcceptResult,
        Holders = holders,
        ScanKtimeNs = ktimeNs,
    };
}
