// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>A user stack without its frames, which follow it (struct tcp_stack).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpStackHeader
{
    public TcpEventHeader Header;
    public ulong StackId;
    public ulong StartBoottimeNs;
    public uint Pid;
    public uint Tid;
    public ushort FrameCount;
    public ushort InterpreterCount;
    public TcpStackFlags Flags;
    public TcpStackEnd End;
    public WireRequestMethod RequestMethod;
    public WireRequestPath RequestPath;
}
