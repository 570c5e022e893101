// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Where one thread is (struct tcp_thread). A thread that runs has other registers by now: these are of its last way into the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpThread
{
    public TcpEventHeader Header;
    public ulong StartBoottimeNs;
    public ulong Switches;
    public ulong Ip;
    public ulong Sp;
    public ulong Fp;
    public ulong ThreadPointer;
    public ulong IsRunning;
    public uint Pid;
    public uint Tid;
}
