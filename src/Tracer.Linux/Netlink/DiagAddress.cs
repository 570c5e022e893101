// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Net;

namespace Tracer.Linux.Netlink;

/// <summary>An IP address without an allocation. An IPv4 address takes the first four bytes.</summary>
public readonly record struct DiagAddress(ulong High, ulong Low, bool IsV6)
{
    internal static DiagAddress Read(ReadOnlySpan<byte> bytes, bool isV6) => isV6
        ? new DiagAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), true)
        : new DiagAddress((ulong)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 32, 0, false);

    /// <summary>Writes the 16 bytes in network order.</summary>
    public void CopyTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        CopyTo(bytes);
        return new IPAddress(IsV6 ? bytes : bytes[..4]);
    }
}
