// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One state change, or the state of a socket at a moment. Units and meanings: bpf/wire.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpEvent
{
    public TcpEventHeader Header;
    public ulong KtimeNs;
    public ulong Cookie;
    public ulong SockKey;
    public ulong CgroupId;
    public TcpActor Owner;
    public WireAddress LocalAddress;
    public WireAddress RemoteAddress;
    public ulong BytesReceived;
    public ulong BytesSent;
    public uint Netns;
    public TcpEventFlags Flags;
    public uint UnreadBytes;
    public uint UnsentBytes;
    public uint SrttUs;
    public ushort LocalPort;
    public ushort RemotePort;
    public byte Family;
    public TcpState OldState;
    public TcpState NewState;
    public TcpDirection Direction;
    public TcpOwnerSource OwnerSource;
    public byte SockError;
    public byte Shutdown;
    public byte Reserved;
}
