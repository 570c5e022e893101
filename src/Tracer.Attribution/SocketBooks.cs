// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The entries with their deadlines, bounds and counters, and the line to the sink.</summary>
internal sealed class SocketBooks(LedgerOptions options, LedgerCounters counters, LedgerChangeSink sink)
{
    private readonly EntryTable _entries = new();
    private readonly DeadlineHeap _deadlines = new();
    private ulong _nowKtimeNs;

    /// <summary>Entries that wait for a scan of descriptor tables.</summary>
    public int WantingHolders { get; private set; }

    public int Count => (int)(counters.Tracked + counters.LeftOpen);

    public int End => _entries.End;

    public ref LedgerEntry this[int slot] => ref _entries[slot];

    public bool HasRoom => counters.Tracked < (ulong)options.MaxSockets;

    public bool TryFind(SocketKey key, out int slot) => _entries.TryFind(key, out slot);

    /// <summary>Moves the clock that verdicts are made by.</summary>
    public void Hear(ulong ktimeNs) => _nowKtimeNs = Math.Max(_nowKtimeNs, ktimeNs);

    /// <summary>The facts no longer bear the verdict that was told.</summary>
    public bool HasNewVerdict(int slot) =>
        VerdictRules.Judge(in _entries[slot].Socket, _nowKtimeNs) != _entries[slot].Socket.Verdict;

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

    /// <summary>The known holders are no longer all of them: verdicts do not build on them until a scan has looked again.</summary>
    public void DoubtHolders(int slot, ulong sinceKtimeNs)
    {
        _entries[slot].Socket.HoldersAreIncomplete = true;
        WantHolders(slot, sinceKtimeNs);
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
        counters.CountEnd(in judgement);
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
            Tell(slot, LedgerChangeKind.Exited);
            return;
        }
        if (entry.Socket.IsDropped)
            counters.RefusedLeftOpen++;
        Tell(slot, LedgerChangeKind.Exited);
        Remove(slot);
    }

    /// <summary>The descriptor of an ended socket is gone.</summary>
    public void Release(int slot)
    {
        ref LedgerEntry entry = ref _entries[slot];
        counters.LeftOpen--;
        counters.Released++;
        entry.Socket.DescriptorLeftOpen = false;
        entry.Socket.Holders = [];
        Tell(slot, LedgerChangeKind.Released);
        Remove(slot);
    }

    /// <summary>Tells now what is told of this socket for the first time.</summary>
    public void Announce(int slot, LedgerChangeKind kind)
    {
        _entries[slot].Pending = PendingChange.None;
        Tell(slot, kind);
    }

    /// <summary>Tells of a change, now or together with what the open scan will have found.</summary>
    public void Change(int slot, bool isScanOpen)
    {
        ref LedgerEntry entry = ref _entries[slot];
        if (isScanOpen && entry.Pending == PendingChange.None)
            entry.Pending = PendingChange.Updated;
        else if (!isScanOpen)
            Tell(slot, LedgerChangeKind.Updated);
    }

    public void Tick(ulong ktimeNs)
    {
        Hear(ktimeNs);
        while (_deadlines.TryPeek(out int slot, out ulong deadline) && deadline <= ktimeNs)
        {
            ref LedgerEntry entry = ref _entries[slot];
            bool isAged = entry.NextAgeKtimeNs != 0 && entry.NextAgeKtimeNs <= ktimeNs;
            bool isJudged = entry.RejudgeKtimeNs != 0 && entry.RejudgeKtimeNs <= ktimeNs;
            if (entry.SettleKtimeNs != 0 && entry.SettleKtimeNs <= ktimeNs)
                Settle(ref entry);
            if (isAged)
                entry.NextAgeKtimeNs = AgeRules.NextAge(entry.Socket.EnterKtimeNs, ktimeNs);
            if (isJudged)
                entry.RejudgeKtimeNs = VerdictRules.NextJudgementKtimeNs(in entry.Socket, ktimeNs);
            _deadlines.Set(slot, entry.Deadline);
            if (isAged && entry.IsAnnounced)
                Tell(slot, LedgerChangeKind.Aged);
            else if (isJudged && entry.IsAnnounced && HasNewVerdict(slot))
                Tell(slot, LedgerChangeKind.Updated);
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

    // The only way to the sink: what it is told carries the verdict of that moment.
    private void Tell(int slot, LedgerChangeKind kind)
    {
        ref LedgerEntry entry = ref _entries[slot];
        ref TrackedSocket socket = ref entry.Socket;
        Verdict verdict = VerdictRules.Judge(in socket, _nowKtimeNs);
        if (verdict != socket.Verdict)
            (socket.PreviousVerdict, socket.Verdict) = (socket.Verdict, verdict);
        ulong rejudge = VerdictRules.NextJudgementKtimeNs(in socket, _nowKtimeNs);
        if (rejudge != entry.RejudgeKtimeNs)
        {
            entry.RejudgeKtimeNs = rejudge;
            _deadlines.Set(slot, entry.Deadline);
        }
        sink(kind, in socket);
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
