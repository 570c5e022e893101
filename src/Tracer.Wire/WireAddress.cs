// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>An address in network byte order; IPv4 as ::ffff:a.b.c.d.</summary>
[InlineArray(WireFormat.AddressSize)]
public struct WireAddress : IEquatable<WireAddress>
{
    private byte _first;

    private const ulong V4Prefix = 0xffff;

    /// <summary>All 16 bytes.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => MemoryMarshal.CreateReadOnlySpan(in _first, WireFormat.AddressSize);

    /// <summary>Holds an IPv4 address.</summary>
    public readonly bool IsV4Mapped => High == 0 && Low >> 32 == V4Prefix;

    /// <summary>Is 0.0.0.0 or ::.</summary>
    public readonly bool IsWildcard => High == 0 && (Low == 0 || Low == V4Prefix << 32);

    private readonly ulong High => BinaryPrimitives.ReadUInt64BigEndian(Bytes);

    private readonly ulong Low => BinaryPrimitives.ReadUInt64BigEndian(Bytes[8..]);

    public static bool operator ==(in WireAddress left, in WireAddress right) => left.Equals(right);

    public static bool operator !=(in WireAddress left, in WireAddress right) => !left.Equals(right);

    public readonly bool Equals(WireAddress other) => High == other.High && Low == other.Low;

    public override readonly bool Equals(object? obj) => obj is WireAddress other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(High, Low);
}
