// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tracer.Wire;

namespace Tracer.Api.Filters;

/// <summary>A CIDR block. A v4-mapped address counts as IPv4, on either side of the comparison.</summary>
internal readonly struct AddressRange
{
    private const int MappedPrefix = 96;

    private readonly UInt128 _network;
    private readonly UInt128 _mask;
    private readonly bool _isV4;

    private AddressRange(UInt128 address, int prefix, bool isV4)
    {
        // A shift by the full width would be a shift by 0.
        _mask = prefix == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - prefix);
        _network = address & _mask;
        _isV4 = isV4;
    }

    public bool Contains(in WireAddress address) =>
        address.IsV4Mapped == _isV4 && (BinaryPrimitives.ReadUInt128BigEndian(address.Bytes) & _mask) == _network;

    public static bool TryParse(string text, out AddressRange range)
    {
        range = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string addressText = slash < 0 ? text : text[..slash];
        if (!TryParseAddress(addressText, out IPAddress? address))
            return false;
        int width = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int prefix = width;
        if (slash >= 0 && !TryParsePrefix(text.AsSpan(slash + 1), width, out prefix))
            return false;
        if (width == 32)
            prefix += MappedPrefix;
        bool isV4 = width == 32 || (address.IsIPv4MappedToIPv6 && prefix >= MappedPrefix);
        range = new AddressRange(BinaryPrimitives.ReadUInt128BigEndian(address.MapToIPv6().GetAddressBytes()), prefix, isV4);
        return true;
    }

    // IPAddress also reads "1.2", "0x7f.1", octal octets, scopes and brackets: a typing error there would match the wrong hosts.
    private static bool TryParseAddress(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address)
    {
        if (!IPAddress.TryParse(text, out address))
            return false;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == text
            : text.AsSpan().IndexOfAny("%[]") < 0;
    }

    private static bool TryParsePrefix(ReadOnlySpan<char> text, int width, out int prefix) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= width;
}
