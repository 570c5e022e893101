// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Path of an HTTP request, without its query: NUL-terminated, otherwise arbitrary bytes.</summary>
[InlineArray(WireFormat.RequestPathSize)]
public struct WireRequestPath
{
    private byte _first;

    /// <summary>The bytes up to the NUL.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Text => WireText.UpToNul(MemoryMarshal.CreateReadOnlySpan(in _first, WireFormat.RequestPathSize));
}
