// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using Tracer.Api.Filters;
using Tracer.Attribution;

namespace Tracer.Api.Fanout;

/// <summary>
/// One watcher of sockets in CLOSE_WAIT. When its queue was full it gets nothing more until it has emptied it and asked for a
/// <see cref="SocketRecovery"/>: what it missed is counted, and its view is right again.
/// </summary>
internal sealed class SocketSubscription(SocketBoard board, SocketPredicate predicate, int capacity) : IDisposable
{
    private readonly BoundedRing<SocketChange> _changes = new(capacity);
    private readonly WakeSignal _signal = new();
    private readonly FollowedSockets? _followed = predicate.MatchesEverything ? null : new FollowedSockets(predicate);
    private ulong _lost;
    private ulong _lostBefore;
    private bool _mustRecover;

    public ulong Dropped => Volatile.Read(ref _lost);

    public int QueuedChanges => _changes.Count;

    /// <summary>Called under the board's lock, by its publisher.</summary>
    public void Offer(SocketChange change)
    {
        if (_followed is not null && !_followed.Owes(change))
            return;
        if (_mustRecover || !_changes.TryAdd(change))
        {
            Volatile.Write(ref _mustRecover, true);
            Volatile.Write(ref _lost, _lost + 1);
        }
        _signal.Ring();
    }

    /// <summary>Called under the board's lock. The sockets of the board that match now.</summary>
    public List<SocketChange> Restart(Dictionary<SocketKey, SocketChange> sockets)
    {
        _followed?.Reset();
        _mustRecover = false;
        List<SocketChange> present = [];
        foreach (SocketChange change in sockets.Values)
        {
            if (change.Socket.InCloseWait && (_followed is null || _followed.Admit(in change.Socket)))
                present.Add(change);
        }
        return present;
    }

    /// <summary>Called under the board's lock, with an empty queue.</summary>
    public SocketRecovery Recover(Dictionary<SocketKey, SocketChange> sockets)
    {
        SocketRecovery recovery = new(_lost - _lostBefore, _lost, Restart(sockets));
        _lostBefore = _lost;
        return recovery;
    }

    /// <summary>Called under the board's lock.</summary>
    public void TakeDue(ulong nowKtimeNs, Dictionary<SocketKey, SocketChange> sockets, List<SocketChange> into) =>
        _followed?.TakeDue(nowKtimeNs, sockets, into);

    /// <summary>Called under the board's lock.</summary>
    public ulong? NextDueKtimeNs => _followed?.NextDueKtimeNs;

    public bool TryTake([NotNullWhen(true)] out SocketChange? change) => _changes.TryTake(out change);

    /// <summary>Sockets that match since they are old enough. To be asked for with an empty queue; also says when to ask again.</summary>
    public ulong? TakeDue(ulong nowKtimeNs, List<SocketChange> into) => board.TakeDue(this, nowKtimeNs, into);

    /// <summary>Null unless changes were lost and the queue is empty.</summary>
    public SocketRecovery? TryRecover() =>
        Volatile.Read(ref _mustRecover) && _changes.IsEmpty ? board.Recover(this) : null;

    public void Wake() => _signal.Ring();

    public ValueTask WaitAsync(Func<bool> hasOtherWork, TimeSpan timeout, CancellationToken cancellationToken) =>
        _signal.WaitAsync(
            () => !_changes.IsEmpty || Volatile.Read(ref _mustRecover) || hasOtherWork(), timeout, cancellationToken);

    public void Dispose()
    {
        board.Remove(this);
        _signal.Dispose();
    }
}
