// SPDX-License-Identifier: Apache-2.0
using System.Net;
using CloseWait.V1;
using Family = CloseWait.V1.SocketFilter.Types.Family;

namespace Tracer.Client.Scenes;

/// <summary>Tells which sockets of a scene match a filter, as a daemon would.</summary>
internal sealed class SceneFilter(SocketFilter filter)
{
    private readonly IPNetwork[] _peers = [.. filter.Peers.Select(ParseNetwork)];
    private readonly TimeSpan _minAge = filter.MinAge?.ToTimeSpan() ?? TimeSpan.Zero;

    public bool Matches(SocketRecord socket) =>
        AcceptsConnection(socket)
        && Accepts(filter.Verdicts, socket.Verdict)
        && Accepts(filter.Cookies, socket.Cookie)
        && (socket.Age?.ToTimeSpan() ?? TimeSpan.Zero) >= _minAge
        && (filter.Pids.Count == 0 || Tasks(socket).Any(task => filter.Pids.Contains(task.Pid)))
        && (filter.Comms.Count == 0 || Tasks(socket).Any(task => filter.Comms.Contains(task.Comm)))
        && (filter.Cgroups.Count == 0 || Cgroups(socket).Any(IsInCgroup));

    private bool AcceptsConnection(SocketRecord socket) =>
        (filter.Ports.Count == 0 || filter.Ports.Contains(socket.LocalPort) || filter.Ports.Contains(socket.RemotePort))
        && Accepts(filter.LocalPorts, socket.LocalPort)
        && Accepts(filter.RemotePorts, socket.RemotePort)
        && Accepts(filter.States, socket.State)
        && Accepts(filter.Netns, socket.Netns)
        && Accepts(filter.Directions, socket.Direction)
        && Accepts(filter.Families, socket.Family switch { "ipv4" => Family.Ipv4, "ipv6" => Family.Ipv6, _ => Family.Unspecified })
        && (_peers.Length == 0 || IsPeer(socket.RemoteAddress));

    private static bool Accepts<T>(IReadOnlyCollection<T> wanted, T value) => wanted.Count == 0 || wanted.Contains(value);

    private static IEnumerable<(uint Pid, string Comm)> Tasks(SocketRecord socket)
    {
        IEnumerable<Holder> holders = socket.Holders;
        List<Actor?> actors = [socket.Origin, socket.LastRead, socket.Closer];
        // Nobody has a descriptor of a socket that waits in the accept queue: it is its listener's.
        if (socket.NeverAccepted && socket.Listener is { } listener)
        {
            holders = holders.Concat(listener.Holders);
            actors.Add(listener.Opener);
        }
        return holders.Select(holder => (holder.Pid, holder.Comm))
            .Concat(actors.OfType<Actor>().Where(actor => actor.Pid != 0).Select(actor => (actor.Pid, actor.Comm)));
    }

    private static IEnumerable<string> Cgroups(SocketRecord socket) =>
        socket.Holders.Select(holder => holder.Cgroup).Prepend(socket.Cgroup).Where(path => path.Length > 0);

    private bool IsInCgroup(string path) => filter.Cgroups.Any(root =>
        (path + "/").StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal));

    // A v4-mapped address counts as IPv4, on either side.
    private bool IsPeer(string address) =>
        IPAddress.TryParse(address, out IPAddress? peer) && _peers.Any(network => network.Contains(Unmapped(peer)));

    private static IPNetwork ParseNetwork(string text)
    {
        if (!text.Contains('/'))
        {
            IPAddress address = Unmapped(IPAddress.Parse(text));
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }
        IPNetwork network = IPNetwork.Parse(text);
        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96)
            : network;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
