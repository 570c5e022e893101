// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One alternative of what watchers ask for; a zero field matches everything.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpFilter
{
    public ulong CgroupId;
    public uint StateMask;
    public uint Pid;
    public uint Netns;
    public ushort LocalPort;
    public ushort RemotePort;
    public ushort AnyPort;
    public byte Family;
    public TcpFilterReserved Reserved;
}
