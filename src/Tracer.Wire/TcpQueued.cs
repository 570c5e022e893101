// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One socket that waits in a listener's accept queue.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpQueued
{
    public TcpEventHeader Header;
    public ulong KtimeNs;
    public ulong SockKey;
    public ulong Cookie;
    public ulong ListenerCookie;
    public uint Netns;
    public uint Reserved;
}
