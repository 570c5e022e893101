// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution.Findings.Origins;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Who the other ends are, and how long the connections to each were idle before the FIN.</summary>
internal sealed class PeerTallies
{
    private const int MostPeers = 16;

    private readonly Dictionary<PeerKey, int> _index = [];
    private readonly List<(PeerKey Peer, ulong Sockets)> _peers = [];
    private readonly List<(int Peer, ulong IdleNs)> _idle = [];
    private bool _isPortKnownToMatter;

    /// <summary>Some idle times are only concluded from the ages of segments.</summary>
    public bool IsInferred { get; private set; }

    /// <summary>Sockets whose idle time the answers to keepalive probes may hide.</summary>
    public ulong Probed { get; private set; }

    public void Add(in TrackedSocket socket)
    {
        bool isInbound = OriginRules.IsInbound(in socket);
        _isPortKnownToMatter |= socket.Direction == TcpDirection.Outbound;
        ref readonly TcpEvent last = ref socket.Last.Event;
        int peer = IndexOf(new PeerKey(last.RemoteAddress, last.Family, isInbound ? (ushort)0 : last.RemotePort), 1);
        if (!socket.HasIdleBeforeFin)
        {
            Probed += last.Flags.Has(TcpEventFlags.Probed) ? 1UL : 0;
            return;
        }
        _idle.Add((peer, socket.IdleBeforeFinNs));
        IsInferred |= socket.IdleIsInferred;
    }

    public void Add(PeerTallies other)
    {
        int[] indexes = [.. other._peers.Select(peer => IndexOf(peer.Peer, peer.Sockets))];
        foreach ((int peer, ulong idleNs) in other._idle)
            _idle.Add((indexes[peer], idleNs));
        _isPortKnownToMatter |= other._isPortKnownToMatter;
        IsInferred |= other.IsInferred;
        Probed += other.Probed;
    }

    /// <summary>Of all peers together.</summary>
    public IdlePlateau FindPlateau() => PlateauRules.Find(_idle.Select(idle => idle.IdleNs).ToArray());

    /// <summary>Those with most sockets first, at most 16; and how many there are.</summary>
    public (List<PeerIdle> Peers, int Count) Read()
    {
        PeerTallies peers = AreClients() ? WithoutPorts() : this;
        return (peers.ReadFirst(), peers._peers.Count);
    }

    private List<PeerIdle> ReadFirst()
    {
        int[] order = [.. Enumerable.Range(0, _peers.Count).OrderByDescending(i => _peers[i].Sockets).Take(MostPeers)];
        Dictionary<int, List<ulong>> times = order.ToDictionary(i => i, _ => new List<ulong>());
        foreach ((int peer, ulong idleNs) in _idle)
        {
            if (times.TryGetValue(peer, out List<ulong>? list))
                list.Add(idleNs);
        }
        return [.. order.Select(i => new PeerIdle(
            _peers[i].Peer.Address, _peers[i].Peer.Family, _peers[i].Peer.Port, _peers[i].Sockets, PlateauRules.Find(CollectionsMarshal.AsSpan(times[i]))))];
    }

    // Where nobody knows who opened the connections: servers have few ports, clients a new one each time.
    private bool AreClients()
    {
        if (_isPortKnownToMatter || _peers.Count < 3)
            return false;
        int addresses = _peers.Select(peer => peer.Peer.Address).Distinct().Count();
        return addresses * 2 < _peers.Count && _peers.TrueForAll(peer => peer.Sockets == 1);
    }

    private PeerTallies WithoutPorts()
    {
        PeerTallies peers = new();
        int[] indexes = [.. _peers.Select(peer => peers.IndexOf(peer.Peer with { Port = 0 }, peer.Sockets))];
        foreach ((int peer, ulong idleNs) in _idle)
            peers._idle.Add((indexes[peer], idleNs));
        return peers;
    }

    private int IndexOf(PeerKey key, ulong sockets)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_index, key, out bool exists);
        if (!exists)
        {
            index = _peers.Count;
            _peers.Add((key, 0));
        }
        CollectionsMarshal.AsSpan(_peers)[index].Sockets += sockets;
        return index;
    }
}
