// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Who used a socket, and whether he still has a descriptor of it.</summary>
internal static class HolderRules
{
    internal enum Use
    {
        None,
        Read,
        Sent,
        Opened,
    }

    private static readonly TcpActor Nobody;

    /// <summary>The list of holders is complete, and nobody has used the socket since it was made.</summary>
    public static bool AreKnown(in TrackedSocket socket) =>
        socket.HoldersKtimeNs != 0 && !socket.HoldersAreIncomplete && UserOf(in socket).KtimeNs <= socket.HoldersKtimeNs;

    /// <summary>Its known user is not among the holders.</summary>
    public static bool HasUserLeft(in TrackedSocket socket) =>
        LastUse(in socket) != Use.None && !TcpFacts.Holds(socket.Holders, ProcessKey.Of(in UserOf(in socket)));

    /// <summary>The last reader, else the first sender, else who opened it; all zero: not known.</summary>
    public static ref readonly TcpActor UserOf(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        switch (LastUse(in socket))
        {
            case Use.Read:
                return ref record.LastRead;
            case Use.Sent:
                return ref record.FirstSend;
            case Use.Opened:
                return ref record.Origin;
            default:
                return ref Nobody;
        }
    }

    public static Use LastUse(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (record.LastRead.Pid != 0)
            return Use.Read;
        if (record.FirstSend.Pid != 0)
            return Use.Sent;
        // Somebody has read it whom no hook saw: whoever opened it may have handed it on long ago.
        return record.Origin.Pid != 0 && !IsConsumed(in socket.Last.Event) ? Use.Opened : Use.None;
    }

    private static bool IsConsumed(in TcpEvent e) => e.UnreadBytes == 0 || e.BytesReceived > e.UnreadBytes;
}
