// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Client;

/// <summary>Counts sockets that match, and keeps those that have waited longest.</summary>
internal sealed class SocketSearch(int keep)
{
    // The newest of those that are kept comes first: it is the one to give way.
    private readonly PriorityQueue<SocketRecord, (DateTimeOffset EnterTime, ulong Cookie)> _oldest =
        new(Comparer<(DateTimeOffset, ulong)>.Create((a, b) => b.CompareTo(a)));

    public long Count { get; private set; }

    public void Add(SocketRecord socket)
    {
        Count++;
        var priority = (socket.CloseWaitEnterTime?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue, socket.Cookie);
        if (_oldest.Count < keep)
            _oldest.Enqueue(socket, priority);
        else
            _oldest.EnqueueDequeue(socket, priority);
    }

    /// <summary>Oldest first.</summary>
    public List<SocketRecord> TakeOldest()
    {
        var sockets = new List<SocketRecord>(_oldest.Count);
        while (_oldest.TryDequeue(out SocketRecord? socket, out _))
            sockets.Add(socket);
        sockets.Reverse();
        return sockets;
    }
}
