// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>A process that user space asked about has ended.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpProcessExit
{
    public TcpEventHeader Header;
    public ulong KtimeNs;
    public ulong StartBoottimeNs;
    public uint Pid;
    public uint Reserved;
}
