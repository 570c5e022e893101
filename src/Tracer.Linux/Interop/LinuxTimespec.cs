// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>struct timespec of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinuxTimespec
{
    public long Seconds;
    public long Nanoseconds;

    public readonly ulong TotalNanoseconds => ((ulong)Seconds * 1_000_000_000UL) + (ulong)Nanoseconds;
}
