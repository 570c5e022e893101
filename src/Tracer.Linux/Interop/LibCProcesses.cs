// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tracer.Linux.Interop;

/// <summary>The calls that act on an observed process itself, under their C names.</summary>
internal static partial class LibCProcesses
{
    private const string Library = "libc";

    internal const int SIGQUIT = 3;

    // Numbers above 424 are the same on every architecture; glibc has these two since 2.36.
    private const nint SYS_pidfd_send_signal = 424;
    private const nint SYS_pidfd_open = 434;

    internal static SafeFileHandle pidfd_open(uint pid) => syscall_pidfd_open(SYS_pidfd_open, (int)pid, 0);

    internal static int pidfd_send_signal(SafeFileHandle process, int signal) =>
        (int)syscall_pidfd_send_signal(SYS_pidfd_send_signal, process, signal, 0, 0);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial SafeFileHandle syscall_pidfd_open(nint number, int pid, uint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_pidfd_send_signal(nint number, SafeFileHandle process, int signal, nint info, uint flags);
}
