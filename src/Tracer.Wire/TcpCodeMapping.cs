// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One executable mapping of a process (struct tcp_code_mapping).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpCodeMapping
{
    public TcpEventHeader Header;
    public TcpCodeKey Key;
    public ulong StartBoottimeNs;
    public ulong AddressSpace;
    public ulong Start;
    public ulong End;
    public uint Pid;
    public uint Reserved;
}
