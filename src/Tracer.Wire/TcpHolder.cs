// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One descriptor that refers to a TCP socket.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpHolder
{
    public TcpEventHeader Header;
    public ulong KtimeNs;
    public ulong SockKey;
    public ulong Cookie;
    public ulong StartBoottimeNs;
    public uint Pid;
    public uint Fd;
    public uint Netns;
    public uint State;
    public WireComm Comm;
}
