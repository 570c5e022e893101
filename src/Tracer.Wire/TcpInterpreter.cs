// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>How to walk the frame list of an interpreter (struct tcp_interpreter).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpInterpreter
{
    public ulong Root;
    public ulong RequestMethod;
    public ulong RequestPath;
    public TcpInterpreterRoot RootKind;
    public uint ThreadNextOffset;
    public uint ThreadIdOffset;
    public TcpInterpreterHops Hops;
    public uint FunctionOffset;
    public uint PositionOffset;
    public uint PositionBytes;
    public uint CallerOffset;
    public int LineOffset;
    public uint LineFunctionType;
    public int FileOffset;
    public uint NameOffset;
    public uint Reserved;
}
