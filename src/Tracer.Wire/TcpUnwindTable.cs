// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>Where the rows of one file or process are (struct tcp_unwind_table).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpUnwindTable
{
    public ulong Base;
    public uint FirstRow;
    public uint RowCount;
    public uint Used;
    public uint Reserved;
}
