// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Filters;
using Tracer.Attribution;

namespace Tracer.Api.Fanout;

/// <summary>
/// Which sockets one filtered client was told of, so that it also learns how they end when they no longer match; and which ones will
/// match by growing older. Guarded by the lock of the <see cref="SocketBoard"/>.
/// </summary>
internal sealed class FollowedSockets(SocketPredicate predicate)
{
    private const ulong Told = 0;
    private readonly Dictionary<SocketKey, ulong> _dueKtimeNs = [];
    private readonly PriorityQueue<SocketKey, ulong> _due = new();
    private int _waiting;

    /// <summary>When the next socket is old enough; null: none is waiting.</summary>
    public ulong? NextDueKtimeNs => _due.TryPeek(out _, out ulong due) ? due : null;

    /// <summary>Entries kept for waiting sockets, including those of sockets that left before they were due.</summary>
    public int Backlog => _due.Count;

    /// <summary>Whether the client must be told of the change.</summary>
    public bool Owes(SocketChange change)
    {
        ref readonly TrackedSocket socket = ref change.Socket;
        bool isKnown = _dueKtimeNs.TryGetValue(socket.Key, out ulong due);
        bool matchesAtAnyAge = predicate.MatchesAtAnyAge(in socket);
        bool isOwed = (isKnown && due == Told) || (matchesAtAnyAge && predicate.IsOldEnough(in socket));
        if (change.IsLast)
            Forget(socket.Key);
        else if (isOwed)
            Set(socket.Key, Told);
        else if (matchesAtAnyAge && socket.InCloseWait && !isKnown)
            Await(in socket);
        return isOwed;
    }

    /// <summary>Starts over with the sockets that are there.</summary>
    public void Reset()
    {
        _dueKtimeNs.Clear();
        _due.Clear();
        _waiting = 0;
    }

    /// <summary>Takes in a socket that was there before; true: it matches.</summary>
    public bool Admit(in TrackedSocket socket)
    {
        if (!predicate.MatchesAtAnyAge(in socket))
            return false;
        bool isOldEnough = predicate.IsOldEnough(in socket);
        if (isOldEnough)
            Set(socket.Key, Told);
        else
            Await(in socket);
        return isOldEnough;
    }

    /// <summary>Takes the sockets that have become old enough and still match.</summary>
    public void TakeDue(ulong nowKtimeNs, Dictionary<SocketKey, SocketChange> sockets, List<SocketChange> into)
    {
        while (_due.TryPeek(out SocketKey key, out ulong due) && due <= nowKtimeNs)
        {
            _due.Dequeue();
            if (!_dueKtimeNs.TryGetValue(key, out ulong expected) || expected != due)
                continue;
            Forget(key);
            if (sockets.TryGetValue(key, out SocketChange? change) && change.Socket.InCloseWait && Admit(in change.Socket))
                into.Add(change);
        }
    }

    private void Await(in TrackedSocket socket)
    {
        ulong due = socket.EnterKtimeNs + predicate.MinAgeNs;
        Set(socket.Key, due);
        _due.Enqueue(socket.Key, due);
        // Most sockets leave long before they are due: without this their entries would pile up for the whole age asked for.
        if (_due.Count > 64 + (2 * _waiting))
            Rebuild();
    }

    private void Rebuild()
    {
        _due.Clear();
        foreach ((SocketKey key, ulong due) in _dueKtimeNs)
        {
            if (due != Told)
                _due.Enqueue(key, due);
        }
    }

    private void Set(SocketKey key, ulong due)
    {
        Forget(key);
        _dueKtimeNs[key] = due;
        _waiting += due == Told ? 0 : 1;
    }

    private void Forget(SocketKey key)
    {
        if (_dueKtimeNs.Remove(key, out ulong due) && due != Told)
            _waiting--;
    }
}
