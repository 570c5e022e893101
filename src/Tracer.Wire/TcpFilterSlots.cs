// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace Tracer.Wire;

/// <summary>The filters of <see cref="TcpControl"/>.</summary>
[InlineArray(WireFormat.FilterSlots)]
public struct TcpFilterSlots
{
    private TcpFilter _first;
}
