// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>struct open_how of openat2(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinuxOpenHow
{
    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}
