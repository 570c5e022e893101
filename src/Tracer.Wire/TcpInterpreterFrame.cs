// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One frame of an interpreter's own list (struct tcp_interpreter_frame).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpInterpreterFrame
{
    public ulong Function;
    public ulong Position;
    public ulong Detail;
}
