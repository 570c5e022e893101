// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>What one event or row says of its socket, and whether a newer one says anything else that a reader would see.</summary>
internal static class TcpFacts
{
    public static SocketKey KeyOf(in TcpEvent e) => new(e.Cookie, e.Netns);

    /// <summary>No descriptor yet: neither a struct socket nor its loss.</summary>
    public static bool IsInAcceptQueue(in TcpEvent e) =>
        (e.Flags & (TcpEventFlags.NoSocket | TcpEventFlags.Orphan)) == TcpEventFlags.NoSocket;

    /// <summary>Takes a newer event; true if a reader sees a difference.</summary>
    public static bool Update(ref TrackedSocket socket, in TcpSocketEvent e)
    {
        bool isChanged = Differ(in socket.Last, in e);
        socket.Last = e;
        Derive(ref socket);
        return isChanged;
    }

    /// <summary>Queue membership and origin from the newest event.</summary>
    public static void Derive(ref TrackedSocket socket)
    {
        socket.InAcceptQueue = IsInAcceptQueue(in socket.Last.Event);
        socket.OriginKind = OriginOf(in socket);
    }

    private static TcpOrigin OriginOf(in TrackedSocket socket)
    {
        TcpOrigin recorded = socket.Last.Record.OriginKind;
        if (recorded != TcpOrigin.Unknown)
            return recorded;
        return socket.InAcceptQueue ? TcpOrigin.Queued : TcpOrigin.Existed;
    }

    /// <summary>Times alone are no difference: every scan has newer ones.</summary>
    private static bool Differ(in TcpSocketEvent left, in TcpSocketEvent right) =>
        left.Event.UnreadBytes != right.Event.UnreadBytes
        || left.Event.UnsentBytes != right.Event.UnsentBytes
        || left.Event.NewState != right.Event.NewState
        || left.Event.Direction != right.Event.Direction
        || left.Event.Flags != right.Event.Flags
        || left.Event.CgroupId != right.Event.CgroupId
        || left.Record.OriginKind != right.Record.OriginKind
        || left.Record.ListenerCookie != right.Record.ListenerCookie
        || left.Record.LastReadResult != right.Record.LastReadResult
        || left.Record.LastSendKtimeNs != right.Record.LastSendKtimeNs
        || Differ(in left.Record.Origin, in right.Record.Origin)
        || Differ(in left.Record.Listener, in right.Record.Listener)
        || Differ(in left.Record.LastRead, in right.Record.LastRead)
        || Differ(in left.Record.EofRead, in right.Record.EofRead);

    /// <summary>This process used the socket after its holders were scanned, and was not among them.</summary>
    public static bool IsStranger(in TcpActor actor, in TrackedSocket socket)
    {
        if (actor.Pid == 0 || actor.KtimeNs <= socket.HoldersKtimeNs)
            return false;
        return !Holds(socket.Holders, ProcessKey.Of(in actor));
    }

    public static bool Holds(DescriptorHolder[] holders, ProcessKey process)
    {
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
        {
            if (holder.Process == process)
                return true;
        }
        return false;
    }

    public static DescriptorHolder[] Without(DescriptorHolder[] holders, ProcessKey process) =>
        Array.FindAll(holders, holder => holder.Process != process);

    private static bool Differ(in TcpActor left, in TcpActor right) =>
        left.Pid != right.Pid || left.Tid != right.Tid || left.StackId != right.StackId || left.StartBoottimeNs != right.StartBoottimeNs;
}
