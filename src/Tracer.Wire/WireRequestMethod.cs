// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Method of an HTTP request: NUL-terminated, otherwise arbitrary bytes.</summary>
[InlineArray(WireFormat.RequestMethodSize)]
public struct WireRequestMethod
{
    private byte _first;

    /// <summary>The bytes up to the NUL.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Text => WireText.UpToNul(MemoryMarshal.CreateReadOnlySpan(in _first, WireFormat.RequestMethodSize));
}
