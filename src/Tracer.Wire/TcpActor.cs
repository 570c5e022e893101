// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>A task that did something to a socket; all zero when not known.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpActor
{
    public ulong KtimeNs;
    public ulong StartBoottimeNs;
    public ulong StackId;
    public uint Pid;
    public uint Tid;
    public WireComm Comm;
}
