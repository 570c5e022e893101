// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Origins;

/// <summary>Whose a socket is and where it comes from, in numbers. Runs for every socket that ends: allocates nothing, looks up nothing.</summary>
internal static class OriginRules
{
    /// <summary>A task was seen opening it, or being its first user. The first user of a socket that existed before the tracer opened nothing.</summary>
    public static bool IsTraced(in TrackedSocket socket) =>
        socket.OriginKind is TcpOrigin.Connect or TcpOrigin.Accept or TcpOrigin.Adopted && socket.Last.Record.Origin.Pid != 0;

    public static bool IsInbound(in TrackedSocket socket) => socket.Direction == TcpDirection.Inbound || socket.InAcceptQueue;

    /// <summary>It may have been in CLOSE_WAIT before the tracer came.</summary>
    public static bool IsOlderThanTracing(in TrackedSocket socket) => socket.AgeIsLowerBound && !IsTraced(in socket);

    public static OriginKey KeyOf(in TrackedSocket socket)
    {
        bool isTraced = IsTraced(in socket);
        bool isInbound = IsInbound(in socket);
        return new OriginKey(
            OriginatorOf(in socket),
            isTraced ? socket.Last.Record.Origin.StackId : 0,
            isInbound ? socket.Listener?.Cookie ?? 0 : 0,
            socket.Key.Netns,
            isInbound ? socket.Last.Event.LocalPort : (ushort)0,
            isTraced ? socket.OriginKind : TcpOrigin.Existed,
            isInbound ? TcpDirection.Inbound : TcpDirection.Outbound);
    }

    /// <summary>The process that opened it; where nobody saw that, who has it, used it last or closed it.</summary>
    public static ProcessKey OriginatorOf(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (IsTraced(in socket))
            return ProcessKey.Of(in record.Origin);
        if (socket.InAcceptQueue)
            return ServerOf(in socket);
        if (FirstOf(socket.Holders) is { IsKnown: true } holder)
            return holder;
        if (UserOf(in socket) is { Pid: not 0 } user)
            return ProcessKey.Of(in user);
        return socket.HasCloser ? ProcessKey.Of(in socket.Closer) : ServerOf(in socket);
    }

    private static TcpActor UserOf(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (record.LastRead.Pid != 0)
            return record.LastRead;
        return record.FirstSend.Pid != 0 ? record.FirstSend : record.Origin;
    }

    /// <summary>The process that should accept it: who did so last, if it still can, else a holder of the listener, else who opened the listener.</summary>
    public static ProcessKey ServerOf(in TrackedSocket socket)
    {
        if (socket.Listener is not { } listener)
            return ProcessKey.Of(in socket.Last.Record.Listener);
        ProcessKey acceptor = ProcessKey.Of(listener.LastAccept);
        if (acceptor.IsKnown && TcpFacts.Holds(listener.Holders, acceptor))
            return acceptor;
        return FirstOf(listener.Holders) is { IsKnown: true } holder ? holder : ProcessKey.Of(listener.Opener);
    }

    /// <summary>The one with the lowest pid, whatever the order of the scan.</summary>
    public static ProcessKey FirstOf(DescriptorHolder[] holders)
    {
        ProcessKey first = default;
        foreach (ref readonly DescriptorHolder holder in holders.AsSpan())
        {
            if (!first.IsKnown || holder.Process.Pid < first.Pid)
                first = holder.Process;
        }
        return first;
    }
}
