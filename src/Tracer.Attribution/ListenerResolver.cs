// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Keeps the listener and the direction of an entry in line with the listener table.</summary>
internal sealed class ListenerResolver(ListenerTable listeners)
{
    /// <summary>True if a reader sees a difference.</summary>
    public bool Refresh(ref LedgerEntry entry)
    {
        ref TrackedSocket socket = ref entry.Socket;
        (ListenerFacts? oldListener, TcpDirection oldDirection) = (socket.Listener, socket.Direction);
        ListenerFacts? found = listeners.Find(in socket, entry.QueuedListenerCookie);
        socket.Direction = DirectionOf(in socket, isFromListener: found is not null);
        // What is no longer found stays: the listener may be closed, the socket still came through it.
        socket.Listener = socket.Direction == TcpDirection.Outbound ? null : found ?? oldListener;
        if (socket.Direction != oldDirection)
            return true;
        if (ReferenceEquals(socket.Listener, oldListener))
            return false;
        // How full the queue is matters to those who wait in it.
        return socket.InAcceptQueue || socket.Listener?.Cookie != oldListener?.Cookie || socket.Listener?.LocalPort != oldListener?.LocalPort;
    }

    private TcpDirection DirectionOf(in TrackedSocket socket, bool isFromListener)
    {
        ref readonly TcpEvent last = ref socket.Last.Event;
        if (last.Direction != TcpDirection.Unknown)
            return last.Direction;
        bool isInbound = isFromListener || socket.InAcceptQueue || listeners.Serves(in last);
        return isInbound ? TcpDirection.Inbound : socket.Direction;
    }
}
