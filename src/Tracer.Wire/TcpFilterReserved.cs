// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace Tracer.Wire;

/// <summary>Padding of <see cref="TcpFilter"/>.</summary>
[InlineArray(5)]
public struct TcpFilterReserved
{
    private byte _first;
}
