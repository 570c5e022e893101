// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>A listening socket of a story.</summary>
internal static class Listener
{
    public static Conn On(ulong cookie, string address, ushort port, byte family = 2, TcpActor opener = default, uint netns = Conn.HostNetns)
    {
        Conn listener = new Conn(cookie, netns).Local(address, port).Remote("0.0.0.0", 0).Family(family).Direction(TcpDirection.Listen);
        listener.State.Event.NewState = TcpState.Listen;
        listener.State.Event.Shutdown = 0;
        if (opener.Pid != 0)
            listener.Through(0, opener).Origin(TcpOrigin.Listen, opener);
        return listener.WithQueue(0, 128);
    }

    public static Conn WithQueue(this Conn listener, uint length, uint limit)
    {
        (listener.State.Event.UnreadBytes, listener.State.Event.UnsentBytes) = (length, limit);
        return listener;
    }
}
