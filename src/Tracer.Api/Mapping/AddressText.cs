// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Wire;

namespace Tracer.Api.Mapping;

/// <summary>Addresses as the API shows them.</summary>
internal static class AddressText
{
    public const byte AfInet = 2;
    public const byte AfInet6 = 10;

    /// <summary>Dotted for an IPv4 socket; compressed for an IPv6 socket, where a v4-mapped peer is ::ffff:a.b.c.d.</summary>
    public static string Format(in WireAddress address, byte family) => EndpointText.Address(in address, family);

    public static string FamilyName(byte family) => family switch
    {
        AfInet => "ipv4",
        AfInet6 => "ipv6",
        _ => "",
    };
}
