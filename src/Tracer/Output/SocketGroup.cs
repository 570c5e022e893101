// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Sockets that share a process, a peer, an origin stack, a listener or a verdict.</summary>
internal sealed class SocketGroup(string key)
{
    private const int StackPathLimit = 4;

    public string Key { get; } = key;

    public int Count { get; private set; }

    public TimeSpan Oldest { get; private set; }

    public bool OldestIsLowerBound { get; private set; }

    public ulong UnreadBytes { get; private set; }

    /// <summary>Most sockets first, then the oldest. A socket held by two processes counts for both.</summary>
    public static List<SocketGroup> Of(IEnumerable<SocketRecord> sockets, GroupKind kind)
    {
        var groups = new Dictionary<string, SocketGroup>(StringComparer.Ordinal);
        foreach (SocketRecord socket in sockets)
        {
            foreach (string key in Keys(socket, kind).Distinct(StringComparer.Ordinal))
            {
                if (!groups.TryGetValue(key, out SocketGroup? group))
                    groups.Add(key, group = new SocketGroup(key));
                group.Add(socket);
            }
        }
        return [.. groups.Values.OrderByDescending(group => group.Count)
            .ThenByDescending(group => group.Oldest).ThenBy(group => group.Key, StringComparer.Ordinal)];
    }

    private void Add(SocketRecord socket)
    {
        Count++;
        UnreadBytes += socket.UnreadBytes;
        TimeSpan age = socket.Age?.ToTimeSpan() ?? TimeSpan.Zero;
        if (age < Oldest)
            return;
        Oldest = age;
        OldestIsLowerBound = socket.AgeIsLowerBound;
    }

    private static IEnumerable<string> Keys(SocketRecord socket, GroupKind kind) => kind switch
    {
        GroupKind.Process => Processes(socket),
        GroupKind.Peer => [Peer(socket)],
        GroupKind.Stack => [Stack(socket)],
        GroupKind.Verdict => [SocketText.Verdict(socket)],
        _ => [ListenerName(socket)],
    };

    private static IEnumerable<string> Processes(SocketRecord socket)
    {
        if (socket.NeverAccepted)
            return [SocketText.NeverAccepted(socket.Listener)];
        return socket.Holders.Count == 0
            ? [SocketText.Holders(socket)]
            : socket.Holders.Select(holder => $"{SocketText.Name(holder.Comm)}({holder.Pid})");
    }

    // The port of a client is random; the port of a server names the service.
    private static string Peer(SocketRecord socket) => socket.Direction == Direction.Outbound
        ? SocketText.Remote(socket)
        : TargetText.Clean(socket.RemoteAddress);

    private static string Stack(SocketRecord socket)
    {
        string path = socket.Origin is null ? "" : StackText.Path(socket.Origin, StackPathLimit);
        return path.Length > 0 ? path : SocketText.Origin(socket);
    }

    private static string ListenerName(SocketRecord socket)
    {
        if (socket.Listener is not { } listener)
            return socket.Direction == Direction.Outbound ? "(outbound)" : "(not known)";
        return $"{SocketText.Endpoint(listener.LocalAddress, listener.LocalPort)} {SocketText.ListenerOwner(listener)}";
    }
}
