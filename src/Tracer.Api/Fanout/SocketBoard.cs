// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Api.Filters;
using Tracer.Attribution;

namespace Tracer.Api.Fanout;

/// <summary>
/// The read model: every tracked socket as it was last told, and who watches them. One lock makes a snapshot and the changes after it
/// one sequence without gap or repetition.
/// </summary>
/// <param name="maxSockets">More are refused.</param>
/// <param name="queueLength">Changes that wait for one watcher.</param>
/// <param name="note">Hears every change, and that a socket has left CLOSE_WAIT also when the news of that was lost. Called under the lock.</param>
internal sealed class SocketBoard(int maxSockets, int queueLength, LedgerChangeSink? note = null)
{
    private const int MaxSpares = 4096;
    private readonly Lock _gate = new();
    private readonly Dictionary<SocketKey, SocketChange> _sockets = [];
    private readonly List<SocketSubscription> _subscriptions = [];
    private readonly Stack<SocketChange> _spares = new();
    private int _readers;
    private uint _round;
    private ulong _published;
    private ulong _refused;
    private ulong _droppedBefore;

    public int QueueLimit => queueLength;

    public SocketBoardFigures ReadFigures()
    {
        lock (_gate)
        {
            return new SocketBoardFigures(
                _sockets.Count, maxSockets, _published, _refused,
                _subscriptions.Aggregate(_droppedBefore, static (sum, one) => sum + one.Dropped),
                _subscriptions.Select(static one => one.QueuedChanges).DefaultIfEmpty().Max());
        }
    }

    public void Publish(LedgerChangeKind kind, in TrackedSocket socket)
    {
        lock (_gate)
            Store(kind, in socket);
    }

    /// <summary>From here on, what is not told again is gone: see <see cref="EndReplay"/>.</summary>
    public void BeginReplay()
    {
        lock (_gate)
            _round++;
    }

    public void EndReplay(ulong ktimeNs)
    {
        lock (_gate)
        {
            SocketChange[] ghosts = [.. _sockets.Values.Where(change => change.Round != _round)];
            foreach (SocketChange ghost in ghosts)
            {
                TrackedSocket socket = ghost.Socket;
                bool wasInCloseWait = socket.InCloseWait;
                if (wasInCloseWait)
                {
                    socket.End = EndReason.Unknown;
                    socket.EndKtimeNs = ktimeNs;
                }
                socket.InCloseWait = false;
                socket.DescriptorLeftOpen = false;
                (socket.PreviousVerdict, socket.Verdict) = (socket.Verdict, Verdict.None);
                Store(wasInCloseWait ? LedgerChangeKind.Exited : LedgerChangeKind.Released, in socket);
            }
        }
    }

    /// <summary>The sockets there now, oldest first.</summary>
    public SocketSelection Select(SocketPredicate? predicate, bool includeLeftOpen)
    {
        List<SocketChange> selected = [];
        lock (_gate)
        {
            foreach (SocketChange change in _sockets.Values)
            {
                if ((change.Socket.InCloseWait || includeLeftOpen) && (predicate is null || predicate.Matches(in change.Socket)))
                    selected.Add(change);
            }
            _readers++;
        }
        selected.Sort(static (left, right) => left.Socket.EnterKtimeNs.CompareTo(right.Socket.EnterKtimeNs));
        return new SocketSelection(this, selected);
    }

    public SocketCensus Count()
    {
        ulong closeWaits = 0;
        Dictionary<Verdict, ulong> verdicts = [];
        lock (_gate)
        {
            foreach (SocketChange change in _sockets.Values)
            {
                closeWaits += change.Socket.InCloseWait ? 1UL : 0;
                CollectionsMarshal.GetValueRefOrAddDefault(verdicts, change.Socket.Verdict, out _)++;
            }
            return new SocketCensus(closeWaits, (ulong)_sockets.Count - closeWaits, verdicts);
        }
    }

    /// <summary>Begins a watch; <paramref name="present"/> holds what was there before its first change.</summary>
    public SocketSubscription Subscribe(SocketPredicate predicate, out List<SocketChange> present)
    {
        SocketSubscription subscription = new(this, predicate, queueLength);
        lock (_gate)
        {
            _subscriptions.Add(subscription);
            _readers++;
            present = subscription.Restart(_sockets);
        }
        return subscription;
    }

    public void Remove(SocketSubscription subscription)
    {
        lock (_gate)
        {
            if (!_subscriptions.Remove(subscription))
                return;
            _readers--;
            _droppedBefore += subscription.Dropped;
        }
    }

    public void RemoveReader()
    {
        lock (_gate)
            _readers--;
    }

    public SocketRecovery Recover(SocketSubscription subscription)
    {
        lock (_gate)
            return subscription.Recover(_sockets);
    }

    public ulong? TakeDue(SocketSubscription subscription, ulong nowKtimeNs, List<SocketChange> into)
    {
        lock (_gate)
        {
            subscription.TakeDue(nowKtimeNs, _sockets, into);
            return subscription.NextDueKtimeNs;
        }
    }

    public void WakeAll()
    {
        lock (_gate)
        {
            foreach (SocketSubscription subscription in _subscriptions)
                subscription.Wake();
        }
    }

    private void Store(LedgerChangeKind kind, in TrackedSocket socket)
    {
        _sockets.TryGetValue(socket.Key, out SocketChange? present);
        if (present is null && _sockets.Count >= maxSockets)
        {
            _refused++;
            return;
        }
        if (note is not null)
            Tell(note, present, kind, in socket);
        // Told again after a loss on the way here: to a client that knows the socket it is news at most.
        if (kind == LedgerChangeKind.Existing && present is not null)
            kind = LedgerChangeKind.Updated;
        SocketChange change = Write(present, kind, in socket);
        if (change.IsLast)
            _sockets.Remove(socket.Key);
        else
            _sockets[socket.Key] = change;
        _published++;
        foreach (SocketSubscription subscription in _subscriptions)
            subscription.Offer(change);
        if (change.IsLast && _readers == 0 && _spares.Count < MaxSpares)
            _spares.Push(change);
    }

    private static void Tell(LedgerChangeSink note, SocketChange? present, LedgerChangeKind kind, in TrackedSocket socket)
    {
        bool wasInCloseWait = present is null || present.Socket.InCloseWait;
        if (wasInCloseWait && !socket.InCloseWait && kind != LedgerChangeKind.Exited)
        {
            TrackedSocket ended = socket;
            ended.DescriptorLeftOpen = true; // or it would not have been told of any more
            note(LedgerChangeKind.Exited, in ended);
        }
        note(kind, in socket);
    }

    // With nobody reading, the daemon's own steady state makes no garbage: objects are written over and used again.
    private SocketChange Write(SocketChange? present, LedgerChangeKind kind, in TrackedSocket socket)
    {
        SocketChange change = _readers > 0 ? new SocketChange() : present ?? (_spares.TryPop(out SocketChange? spare) ? spare : new SocketChange());
        change.Kind = kind;
        change.Socket = socket;
        change.Round = _round;
        return change;
    }
}
