// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>What the events of the ring do to the books.</summary>
internal sealed class RingRecorder(SocketBooks books, ListenerResolver resolver, OpenScan scan, LedgerOptions options, LedgerCounters counters)
{
    // A row is stamped before it reads the state, which older kernels let change in between.
    private const ulong RowSlackNs = 1_000_000;

    /// <summary>An event spoke of a socket that should have been on the books: one was lost.</summary>
    public bool IsScanWanted { get; set; }

    public void Apply(in TcpSocketEvent e)
    {
        TcpEventKind kind = e.Event.Cookie == 0 ? TcpEventKind.Unknown : e.Event.Header.Kind;
        if (kind == TcpEventKind.CloseWaitEnter && e.Event.NewState == TcpState.CloseWait)
            Enter(in e);
        else if (kind == TcpEventKind.CloseWaitUse)
            Use(in e);
        else if (kind == TcpEventKind.CloseWaitExit)
            Exit(in e);
        else if (kind == TcpEventKind.Release)
            Release(in e);
        else
            counters.Irrelevant++;
    }

    private void Enter(in TcpSocketEvent e)
    {
        SocketKey key = TcpFacts.KeyOf(in e.Event);
        if (books.TryFind(key, out int slot) && TryRefine(slot, in e))
            return;
        if (!books.HasRoom)
        {
            counters.RefusedSockets++;
            return;
        }
        slot = books.Open(in e);
        Describe(slot);
        books.Announce(slot, LedgerChangeKind.Entered);
    }

    /// <summary>False if the socket enters again, as after connect() to AF_UNSPEC and a new connect(): its end was lost.</summary>
    private bool TryRefine(int slot, in TcpSocketEvent e)
    {
        ref LedgerEntry entry = ref books[slot];
        if (!entry.Socket.InCloseWait)
        {
            books.Release(slot);
            return false;
        }
        if (e.Event.KtimeNs > entry.Socket.Last.Event.KtimeNs + RowSlackNs)
        {
            counters.ExitsFoundByScan++;
            books.Finish(slot, new EndRules.Judgement(EndReason.Unknown, HasCloser: false, IsDescriptorLeftOpen: false), e.Event.KtimeNs);
            return false;
        }
        // A scan was faster than the ring.
        if (entry.IsFoundByScan)
            counters.EntriesFoundByScan--;
        entry.IsFoundByScan = false;
        bool wasLowerBound = entry.Socket.AgeIsLowerBound;
        if (wasLowerBound)
        {
            AgeRules.Apply(ref entry.Socket, in e);
            books.Restart(slot, entry.Socket.Last.Event.KtimeNs);
        }
        if (entry.Pending == PendingChange.Existing || entry.Pending == PendingChange.Entered)
            books.Announce(slot, LedgerChangeKind.Entered);
        else if (wasLowerBound)
            books.Change(slot, scan.IsOpen);
        return true;
    }

    private void Use(in TcpSocketEvent e)
    {
        if (!books.TryFind(TcpFacts.KeyOf(in e.Event), out int slot))
        {
            counters.Irrelevant++;
            IsScanWanted |= e.Event.NewState == TcpState.CloseWait && books.HasRoom;
            return;
        }
        ref LedgerEntry entry = ref books[slot];
        if (e.Event.KtimeNs < entry.Socket.Last.Event.KtimeNs)
            return;
        bool wasInQueue = entry.Socket.InAcceptQueue;
        bool isChanged = TcpFacts.Update(ref entry.Socket, in e) | resolver.Refresh(ref entry);
        ref readonly TrackedSocket socket = ref entry.Socket;
        bool isHolderUnknown = (wasInQueue && !socket.InAcceptQueue)
            || TcpFacts.IsStranger(in socket.Last.Record.Origin, in socket)
            || TcpFacts.IsStranger(in socket.Last.Record.LastRead, in socket)
            || TcpFacts.IsStranger(in socket.Last.Record.EofRead, in socket);
        if (isHolderUnknown && socket.HoldersKtimeNs != 0)
            books.DoubtHolders(slot, e.Event.KtimeNs);
        if (isChanged || books.HasNewVerdict(slot))
            books.Change(slot, scan.IsOpen);
    }

    private void Exit(in TcpSocketEvent e)
    {
        SocketKey key = TcpFacts.KeyOf(in e.Event);
        scan.Bury(key);
        bool isTracked = books.TryFind(key, out int slot);
        if (isTracked && !books[slot].Socket.InCloseWait)
        {
            counters.Irrelevant++;
            return;
        }
        if (!isTracked)
            slot = books.Open(in e); // its begin was lost, refused, or before the tracer: the end is told all the same
        Conclude(slot, in e, EndRules.Judge(in e, options.KnowsTasks));
    }

    private void Release(in TcpSocketEvent e)
    {
        if (!books.TryFind(TcpFacts.KeyOf(in e.Event), out int slot))
        {
            counters.Irrelevant++;
            return;
        }
        ref LedgerEntry entry = ref books[slot];
        bool isTask = e.Event.OwnerSource == TcpOwnerSource.Task && e.Event.Owner.Pid != 0;
        if (entry.Socket.InCloseWait)
        {
            scan.Bury(entry.Socket.Key);
            counters.ExitsFoundByScan++;
            bool isReset = e.Record.Flags.Has(TcpRecordFlags.ResetReceived);
            Conclude(slot, in e, new EndRules.Judgement(isReset ? EndReason.ResetByPeer : EndReason.Unknown, isTask, IsDescriptorLeftOpen: false));
            return;
        }
        entry.Socket.Last = e;
        if (isTask && !entry.Socket.HasCloser)
            (entry.Socket.Closer, entry.Socket.HasCloser) = (e.Event.Owner, true);
        books.Release(slot);
    }

    private void Conclude(int slot, in TcpSocketEvent e, EndRules.Judgement judgement)
    {
        ref LedgerEntry entry = ref books[slot];
        entry.Socket.Last = e;
        Describe(slot);
        if (judgement.HasCloser)
            (entry.Socket.Closer, entry.Socket.HasCloser) = (e.Event.Owner, true);
        books.Finish(slot, judgement, e.Event.KtimeNs);
    }

    private void Describe(int slot)
    {
        ref LedgerEntry entry = ref books[slot];
        TcpFacts.Derive(ref entry.Socket);
        resolver.Refresh(ref entry);
    }
}
