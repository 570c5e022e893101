// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Wire;

/// <summary>A file's content, or the generated code of one process (struct tcp_code_key).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TcpCodeKey
{
    public ulong Inode;
    public ulong Size;
    public uint Device;
    public uint Reserved;
}
