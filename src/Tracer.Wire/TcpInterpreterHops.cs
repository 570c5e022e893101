// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace Tracer.Wire;

/// <summary>The hops of <see cref="TcpInterpreter"/>.</summary>
[InlineArray(2)]
public struct TcpInterpreterHops
{
    private int _first;
}
