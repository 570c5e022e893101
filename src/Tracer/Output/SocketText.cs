// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Single facts of a socket as short text, cleaned of what a target may have planted in them.</summary>
internal static class SocketText
{
    public const string Unknown = "-";

    public static string Endpoint(string address, uint port)
    {
        string clean = TargetText.Clean(address);
        return clean.Contains(':') ? $"[{clean}]:{port}" : $"{clean}:{port}";
    }

    public static string Local(SocketRecord socket) => Endpoint(socket.LocalAddress, socket.LocalPort);

    public static string Remote(SocketRecord socket) => Endpoint(socket.RemoteAddress, socket.RemotePort);

    /// <summary>Local side first; the arrow shows who opened the connection.</summary>
    public static string Connection(SocketRecord socket)
    {
        string arrow = socket.Direction switch
        {
            Direction.Inbound => "<-",
            Direction.Outbound => "->",
            _ => "--",
        };
        return $"{Local(socket)} {arrow} {Remote(socket)}";
    }

    public static string Age(SocketRecord socket) =>
        socket.Age is null ? Unknown : AgeText.Format(socket.Age.ToTimeSpan(), socket.AgeIsLowerBound);

    public static string IdleBeforeFin(SocketRecord socket)
    {
        if (socket.IdleBeforeFin is null)
            return Unknown;
        string idle = AgeText.Format(socket.IdleBeforeFin.ToTimeSpan());
        return socket.IdleBeforeFinIsInferred ? "~" + idle : idle;
    }

    public static string Cookie(ulong cookie) => cookie.ToString(CultureInfo.InvariantCulture);

    public static string Verdict(SocketRecord socket) =>
        socket.Verdict == CloseWait.V1.Verdict.Unspecified ? Unknown : WireNames.Of(socket.Verdict);

    public static string Holder(Holder holder) => $"{Name(holder.Comm)}({holder.Pid},fd={holder.Fd})";

    public static string Holders(SocketRecord socket)
    {
        if (socket.NeverAccepted)
            return NeverAccepted(socket.Listener) + Queue(socket.Listener);
        if (socket.Holders.Count > 0)
            return string.Join(' ', socket.Holders.Select(Holder));
        return socket.HoldersTime is null ? "not scanned yet" : "none found";
    }

    public static string Actor(Actor actor)
    {
        string task = actor.Tid == actor.Pid || actor.Tid == 0 ? $"{actor.Pid}" : $"{actor.Pid}/{actor.Tid}";
        return $"{Name(actor.Comm)}({task})";
    }

    public static string Name(string comm) => comm.Length == 0 ? "?" : TargetText.Clean(comm);

    /// <summary>The function that made the socket, else what is known instead of it.</summary>
    public static string Origin(SocketRecord socket)
    {
        if (socket.Origin is null)
            return Unknown;
        if (StackText.FirstOwnFunction(socket.Origin) is { } function)
            return function;
        return socket.Origin.Kind == OriginKind.Existed ? "existed before the tracer" : OriginTask(socket.Origin);
    }

    public static string OriginVerb(OriginKind kind) => kind switch
    {
        OriginKind.Connect => "connect",
        OriginKind.Accept => "accept",
        OriginKind.Queued => "accept queue",
        OriginKind.Existed => "existed before the tracer",
        _ => "unknown call",
    };

    public static string NeverAccepted(Listener? listener) =>
        listener is null ? "never accepted" : $"never accepted: listener {ListenerOwner(listener)}";

    /// <summary>Each process that can accept from the listener, once.</summary>
    public static string ListenerOwner(Listener listener)
    {
        string[] owners = [.. listener.Holders.Select(holder => $"{Name(holder.Comm)}({holder.Pid})").Distinct()];
        if (owners.Length > 0)
            return string.Join(' ', owners);
        return listener.Opener is { Pid: not 0 } opener ? Actor(opener) : Endpoint(listener.LocalAddress, listener.LocalPort);
    }

    private static string Queue(Listener? listener) =>
        listener is { QueueLimit: > 0 } ? $", queue {listener.QueueLength}/{listener.QueueLimit}" : "";

    private static string OriginTask(Actor origin)
    {
        if (origin.Pid != 0)
            return $"{OriginVerb(origin.Kind)} by {Actor(origin)}";
        return origin.Kind == OriginKind.Unspecified ? Unknown : OriginVerb(origin.Kind);
    }
}
