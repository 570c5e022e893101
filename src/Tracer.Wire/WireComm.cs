// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>A task name: NUL-terminated, otherwise arbitrary bytes.</summary>
[InlineArray(WireFormat.CommSize)]
public struct WireComm : IEquatable<WireComm>
{
    private byte _first;

    /// <summary>The name up to its NUL; the kernel leaves older bytes behind it.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Name => WireText.UpToNul(Bytes);

    /// <summary>All 16 bytes.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => MemoryMarshal.CreateReadOnlySpan(in _first, WireFormat.CommSize);

    public static bool operator ==(in WireComm left, in WireComm right) => left.Equals(right);

    public static bool operator !=(in WireComm left, in WireComm right) => !left.Equals(right);

    public readonly bool Equals(WireComm other) => Name.SequenceEqual(other.Name);

    public override readonly bool Equals(object? obj) => obj is WireComm other && Equals(other);

    public override readonly int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Name);
        return hash.ToHashCode();
    }
}
