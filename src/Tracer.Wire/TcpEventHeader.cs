// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Starts every record.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpEventHeader
{
    public uint Size;
    public TcpEventKind Kind;
    public ushort Version;
}
