// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Api.Filters;

/// <summary>A checked filter request. Immutable; every list must match, an empty one matches everything.</summary>
internal sealed class FilterTerms
{
    public uint[] Pids { get; init; } = [];

    public NameSet Comms { get; init; } = new([]);

    public ushort[] AnyPorts { get; init; } = [];

    public ushort[] LocalPorts { get; init; } = [];

    public ushort[] RemotePorts { get; init; } = [];

    public AddressRange[] Peers { get; init; } = [];

    /// <summary>Bit N: state N; 0: any.</summary>
    public uint StateMask { get; init; }

    public ulong MinAgeNs { get; init; }

    public uint[] Netns { get; init; } = [];

    public CgroupSet Cgroups { get; init; } = new([]);

    /// <summary>Bit N: direction N; 0: any.</summary>
    public uint DirectionMask { get; init; }

    /// <summary>AF_INET, AF_INET6.</summary>
    public byte[] Families { get; init; } = [];

    /// <summary>Bit N: verdict N; 0: any. Of sockets and findings only.</summary>
    public uint VerdictMask { get; init; }

    /// <summary>Of sockets only.</summary>
    public ulong[] Cookies { get; init; } = [];

    /// <summary>Nothing is asked of the connection itself.</summary>
    public bool AcceptsEveryConnection =>
        AnyPorts.Length + LocalPorts.Length + RemotePorts.Length + Peers.Length + Netns.Length + Families.Length == 0
        && StateMask == 0 && DirectionMask == 0;

    public bool AcceptsConnection(in TcpEvent tcpEvent, TcpState state, TcpDirection direction) =>
        (StateMask == 0 || (StateMask & (1u << (int)state)) != 0)
        && (DirectionMask == 0 || (DirectionMask & (1u << (int)direction)) != 0)
        && AcceptsPorts(tcpEvent.LocalPort, tcpEvent.RemotePort)
        && (Netns.Length == 0 || Netns.AsSpan().Contains(tcpEvent.Netns))
        && (Families.Length == 0 || Families.AsSpan().Contains(tcpEvent.Family))
        && AcceptsPeer(in tcpEvent.RemoteAddress);

    private bool AcceptsPorts(ushort local, ushort remote) =>
        (AnyPorts.Length == 0 || AnyPorts.AsSpan().Contains(local) || AnyPorts.AsSpan().Contains(remote))
        && (LocalPorts.Length == 0 || LocalPorts.AsSpan().Contains(local))
        && (RemotePorts.Length == 0 || RemotePorts.AsSpan().Contains(remote));

    private bool AcceptsPeer(in WireAddress peer)
    {
        foreach (ref readonly AddressRange range in Peers.AsSpan())
        {
            if (range.Contains(in peer))
                return true;
        }
        return Peers.Length == 0;
    }
}
