// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Addresses and ports as text.</summary>
public static class EndpointText
{
    private const byte AfInet6 = 10;

    /// <summary>Dotted for an IPv4 socket; compressed for an IPv6 socket, where a v4-mapped peer is ::ffff:a.b.c.d.</summary>
    public static string Address(in WireAddress address, byte family) => ToIPAddress(in address, family).ToString();

    /// <summary>1.2.3.4:80 or [::1]:80</summary>
    public static string Format(in WireAddress address, byte family, ushort port)
    {
        IPAddress ip = ToIPAddress(in address, family);
        return ip.AddressFamily == AddressFamily.InterNetworkV6
            ? string.Create(CultureInfo.InvariantCulture, $"[{ip}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{ip}:{port}");
    }

    /// <summary>Of a listener; empty: no scan has found it.</summary>
    public static string Format(ListenerFacts listener)
    {
        WireAddress address = listener.LocalAddress;
        return listener.LocalPort == 0 ? "" : Format(in address, family: 0, listener.LocalPort);
    }

    private static IPAddress ToIPAddress(in WireAddress address, byte family) =>
        family == AfInet6 ? new IPAddress(address.Bytes) : address.ToIPAddress();
}
