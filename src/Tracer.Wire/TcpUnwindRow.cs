// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>One unwind rule (struct tcp_unwind_row).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpUnwindRow
{
    public uint Offset;
    public TcpUnwindKind Kind;
    public byte SavedFp;
    public short CfaOffset;
}
