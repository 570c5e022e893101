// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Brings the books in line with a scan of the kernel's tables, without ever overruling what the ring said later.</summary>
internal sealed class ScanReconciler(
    SocketBooks books, ListenerTable listeners, ListenerResolver resolver, OpenScan scan, LedgerCounters counters)
{
    /// <summary>A row of a socket in any state.</summary>
    public void ApplyRow(in TcpSocketEvent row)
    {
        scan.Cover(row.Event.Netns);
        if (row.Event.NewState == TcpState.Listen)
            scan.AddListener(in row);
        else if (row.Event.NewState == TcpState.CloseWait && row.Event.Cookie != 0)
            ApplyCloseWait(in row);
    }

    /// <summary>Concludes from a complete scan, and tells each socket's change once.</summary>
    public void Conclude(ulong ktimeNs)
    {
        listeners.Rebuild(scan);
        for (int slot = 0; slot < books.End; slot++)
        {
            if (books[slot].IsUsed)
                Reconcile(slot, ktimeNs);
        }
        scan.End(isComplete: true);
        Announce();
        counters.Scans++;
    }

    /// <summary>Tells what was put off until the end of the scan.</summary>
    public void Announce()
    {
        for (int slot = 0; slot < books.End; slot++)
        {
            if (books[slot].IsUsed && books[slot].Pending != PendingChange.None)
                books.Announce(slot, ToKind(books[slot].Pending));
        }
    }

    private void ApplyCloseWait(in TcpSocketEvent row)
    {
        SocketKey key = TcpFacts.KeyOf(in row.Event);
        if (books.TryFind(key, out int slot))
            Refresh(slot, in row);
        else if (scan.MayHaveEnded(key))
            counters.StaleRows++;
        else if (!books.HasRoom)
            counters.RefusedSockets++;
        else
            Discover(in row);
    }

    private void Discover(in TcpSocketEvent row)
    {
        int slot = books.Open(in row);
        ref LedgerEntry entry = ref books[slot];
        entry.SeenScan = scan.Number;
        entry.IsFoundByScan = scan.WasCovered(row.Event.Netns);
        entry.Pending = entry.IsFoundByScan ? PendingChange.Entered : PendingChange.Existing;
        if (entry.IsFoundByScan)
            counters.EntriesFoundByScan++;
        TcpFacts.Derive(ref entry.Socket);
        resolver.Refresh(ref entry);
    }

    private void Refresh(int slot, in TcpSocketEvent row)
    {
        ref LedgerEntry entry = ref books[slot];
        if (!entry.Socket.InCloseWait || row.Event.KtimeNs < entry.Socket.Last.Event.KtimeNs)
        {
            counters.StaleRows++;
            return;
        }
        entry.SeenScan = scan.Number;
        bool wasInQueue = entry.Socket.InAcceptQueue;
        bool isChanged = TcpFacts.Update(ref entry.Socket, in row);
        // The scan that shows it accepted looks for its holders too, if it looks for any.
        if (wasInQueue && !entry.Socket.InAcceptQueue)
            books.DoubtHolders(slot, scan.BeginKtimeNs);
        if (isChanged)
            books.Change(slot, isScanOpen: true);
    }

    private void Reconcile(int slot, ulong ktimeNs)
    {
        ref LedgerEntry entry = ref books[slot];
        ulong sockKey = entry.SeenScan == scan.Number ? entry.Socket.Last.Event.SockKey : 0;
        if (IsMissing(in entry) && !FinishMissing(slot, ktimeNs))
            return;
        ulong queued = scan.QueuedListenerOf(entry.Socket.Key, sockKey);
        entry.QueuedListenerCookie = queued != 0 ? queued : entry.QueuedListenerCookie;
        bool isChanged = resolver.Refresh(ref entry) | (scan.WantsHolders && ReplaceHolders(slot, sockKey));
        if (isChanged || books.HasNewVerdict(slot))
            books.Change(slot, isScanOpen: true);
        if (!entry.Socket.InCloseWait && entry.Socket.HoldersKtimeNs == scan.BeginKtimeNs)
            ReleaseUnheld(slot);
    }

    // Twice: a descriptor that is handed over while the tables are walked can be passed by once.
    private void ReleaseUnheld(int slot)
    {
        ref LedgerEntry entry = ref books[slot];
        bool wasFoundUnheld = entry.IsFoundUnheld;
        entry.IsFoundUnheld = entry.Socket.Holders.Length == 0;
        if (entry.IsFoundUnheld && wasFoundUnheld)
            books.Release(slot);
        else if (entry.IsFoundUnheld)
            books.WantHolders(slot, scan.BeginKtimeNs + 1);
    }

    // True if it stays on the books: its event was lost, but some descriptor still refers to it.
    private bool FinishMissing(int slot, ulong ktimeNs)
    {
        ref TrackedSocket socket = ref books[slot].Socket;
        counters.ExitsFoundByScan++;
        DescriptorHolder[] holders = scan.HoldersOf(socket.Key, sockKey: 0, []);
        if (holders.Length > 0)
            (socket.Holders, socket.HoldersKtimeNs) = (holders, scan.BeginKtimeNs);
        books.Finish(slot, new EndRules.Judgement(EndReason.Unknown, HasCloser: false, holders.Length > 0), ktimeNs);
        return books[slot].IsUsed;
    }

    // An event of this socket since the scan began means that the ring is alive and will tell the rest.
    private bool IsMissing(in LedgerEntry entry) =>
        entry.Socket.InCloseWait
        && entry.SeenScan != scan.Number
        && entry.Socket.Last.Event.KtimeNs < scan.BeginKtimeNs
        && scan.Covers(entry.Socket.Key.Netns)
        && !scan.Holders.Shows(entry.Socket.Key, sockKey: 0, TcpState.CloseWait);

    private bool ReplaceHolders(int slot, ulong sockKey)
    {
        ref LedgerEntry entry = ref books[slot];
        if (entry.HoldersWantedKtimeNs > scan.BeginKtimeNs)
            return false; // it came while the descriptors were being listed: some may have been passed by
        DescriptorHolder[] known = entry.Socket.Holders;
        DescriptorHolder[] found = scan.HoldersOf(entry.Socket.Key, sockKey, known);
        bool isFirst = entry.Socket.HoldersKtimeNs == 0;
        books.StopWantingHolders(slot);
        if (!scan.Holders.IsComplete && ReferenceEquals(found, known))
            return false;
        entry.Socket.Holders = found;
        entry.Socket.HoldersKtimeNs = scan.BeginKtimeNs;
        entry.Socket.HoldersAreIncomplete = !scan.Holders.IsComplete;
        return isFirst || !ReferenceEquals(found, known);
    }

    private static LedgerChangeKind ToKind(PendingChange pending) => pending switch
    {
        PendingChange.Existing => LedgerChangeKind.Existing,
        PendingChange.Entered => LedgerChangeKind.Entered,
        _ => LedgerChangeKind.Updated,
    };
}
