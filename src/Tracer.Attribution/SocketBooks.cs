// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The entries with their deadlines, bounds and counters, and the line to the sink.</summary>
internal sealed class SocketBooks(LedgerOptions options, LedgerCounters counters, LedgerChangeSink sink)
{
    private readonly EntryTable _entries = new();
    private readonly DeadlineHeap _deadlines = new();

    /// <summary>Entries that wait for a scan of descriptor tables.</summary>
    public int WantingHolders { get; private set; }

    public int Count => (int)(counters.Tracked + counters.LeftOpen);

    public int End => _entries.End;

    public ref LedgerEntry this[int slot] => ref _entries[slot];

    public bool HasRoom => counters.Tracked < (ulong)options.MaxSockets;

    public bool TryFind(SocketKey key, out int slot) => _entries.TryFind(key, out slot);

    /// <summary>Puts a socket on the books as being in CLOSE_WAIT, whatever the bound: see <see cref="HasRoom"/>.</summary>
    public int Open(in TcpSocketEvent e)
    {
        int slot = _entries.Add(TcpFacts.KeyOf(in e.Event));
        ref LedgerEntry entry = ref _entries[slot];
        counters.Tracked++;
        entry.Socket.InCloseWait = true;
        entry.Socket.Last = e;
        AgeRules.Apply(ref entry.Socket, in e);
        entry.HoldersWantedKtimeNs = entry.Socket.EnterKtimeNs;
        Restart(slot, e.Event.KtimeNs);
        return slot;
    }

    /// <summary>Sets the deadlines anew after the time of entering became known better.</summary>
    public void Restart(int slot, ulong nowKtimeNs)
    {
        ref LedgerEntry entry = ref _entries[slot];
        entry.NextAgeKtimeNs = AgeRules.NextAge(entry.Socket.EnterKtimeNs, nowKtimeNs);
        if (!entry.WantsHolders && !entry.HasFreshHolders)
            entry.SettleKtimeNs = entry.Socket.EnterKtimeNs + options.SettleTimeNs;
        _deadlines.Set(slot, entry.Deadline);
    }

    /// <summary>The holders must be looked up by a scan that begins no earlier, once the settle time has passed.</summary>
    public void WantHolders(int slot, ulong sinceKtimeNs)
    {
        ref LedgerEntry entry = ref _entries[slot];
        entry.HoldersWantedKtimeNs = Math.Max(entry.HoldersWantedKtimeNs, sinceKtimeNs);
        if (entry.WantsHolders)
            return;
        entry.SettleKtimeNs = sinceKtimeNs + options.SettleTimeNs;
        _deadlines.Set(slot, entry.Deadline);
    }

    /// <summary>A scan has looked, or cannot.</summary>
    public void StopWantingHolders(int slot)
    {
        ref LedgerEntry entry = ref _entries[slot];
        if (entry.WantsHolders)
            WantingHolders--;
        entry.WantsHolders = false;
        entry.SettleKtimeNs = 0;
        _deadlines.Set(slot, entry.Deadline);
    }

    /// <summary>Takes a socket out of CLOSE_WAIT and tells; with an open descriptor it stays on the books while there is room.</summary>
    public void Finish(int slot, EndRules.Judgement judgement, ulong ktimeNs)
    {
        ref LedgerEntry entry = ref _entries[slot];
        counters.Tracked--;
        entry.Socket.InCloseWait = false;
        entry.Socket.End = judgement.Reason;
        entry.Socket.EndKtimeNs = ktimeNs;
        entry.Socket.DescriptorLeftOpen = judgement.IsDescriptorLeftOpen;
        entry.NextAgeKtimeNs = 0;
        entry.Pending = PendingChange.None;
        bool isKept = judgement.IsDescriptorLeftOpen && counters.LeftOpen < (ulong)options.MaxLeftOpen;
        entry.Socket.IsDropped = judgement.IsDescriptorLeftOpen && !isKept;
        if (isKept)
        {
            counters.LeftOpen++;
            // Some kernels have no hook for the close() that may follow at once; a scan after the settle time tells.
            WantHolders(slot, ktimeNs);
            sink(LedgerChangeKind.Exited, in entry.Socket);
            return;
        }
        if (entry.Socket.IsDropped)
            counters.RefusedLeftOpen++;
        sink(LedgerChangeKind.Exited, in entry.Socket);
        Remove(slot);
    }

    /// <summary>The descriptor of an ended socket is gone.</summary>
    public void Release(int slot)
    {
        ref LedgerEntry entry = ref _entries[slot];
        counters.LeftOpen--;
        entry.Socket.DescriptorLeftOpen = false;
        entry.Socket.Holders = [];
        sink(LedgerChangeKind.Released, in entry.Socket);
        Remove(slot);
    }

    /// <summary>Tells now what is told of this socket for the first time.</summary>
    public void Announce(int slot, LedgerChangeKind kind)
    {
        ref LedgerEntry entry = ref _entries[slot];
        entry.Pending = PendingChange.None;
        sink(kind, in entry.Socket);
    }

    /// <summary>Tells of a change, now or together with what the open scan will have found.</summary>
    public void Change(int slot, bool isScanOpen)
    {
        ref LedgerEntry entry = ref _entries[slot];
        if (isScanOpen && entry.Pending == PendingChange.None)
            entry.Pending = PendingChange.Updated;
        else if (!isScanOpen)
            sink(LedgerChangeKind.Updated, in entry.Socket);
    }

    public void Tick(ulong ktimeNs)
    {
        while (_deadlines.TryPeek(out int slot, out ulong deadline) && deadline <= ktimeNs)
        {
            ref LedgerEntry entry = ref _entries[slot];
            bool isAged = entry.NextAgeKtimeNs != 0 && entry.NextAgeKtimeNs <= ktimeNs;
            if (entry.SettleKtimeNs != 0 && entry.SettleKtimeNs <= ktimeNs)
                Settle(ref entry);
            if (isAged)
                entry.NextAgeKtimeNs = AgeRules.NextAge(entry.Socket.EnterKtimeNs, ktimeNs);
            _deadlines.Set(slot, entry.Deadline);
            if (isAged && entry.IsAnnounced)
                sink(LedgerChangeKind.Aged, in entry.Socket);
        }
    }

    public bool Replay(ref int cursor, int most)
    {
        for (; cursor < _entries.End && most > 0; cursor++)
        {
            if (!_entries[cursor].IsUsed)
                continue;
            Announce(cursor, LedgerChangeKind.Existing);
            most--;
        }
        return cursor >= _entries.End;
    }

    private void Settle(ref LedgerEntry entry)
    {
        entry.SettleKtimeNs = 0;
        if (entry.WantsHolders || entry.HasFreshHolders)
            return;
        entry.WantsHolders = true;
        WantingHolders++;
    }

    private void Remove(int slot)
    {
        if (_entries[slot].WantsHolders)
            WantingHolders--;
        _deadlines.Remove(slot);
        _entries.Remove(slot);
    }
}
