// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>What is known of a process's interpreter (struct tcp_target).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpTarget
{
    public ulong AddressSpace;
    public TcpInterpreter Interpreter;
}
