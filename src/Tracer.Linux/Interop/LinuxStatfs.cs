// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>The field of struct statfs that is used; the kernel writes 120 bytes on 64-bit machines.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct LinuxStatfs
{
    [FieldOffset(0)] public long Type;
}
