// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tracer.Linux.Interop;

/// <summary>The libc call that enters a namespace, under its C name.</summary>
internal static partial class LibCNamespaces
{
    /// <summary>linux/sched.h</summary>
    internal const int CLONE_NEWNET = 0x40000000;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(SafeFileHandle fd, int nstype);
}
