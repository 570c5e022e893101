// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Tracer.Bpf maps, polls and reads kernel objects of its own; both rooms share the one set of declarations.
[assembly: InternalsVisibleTo("Tracer.Bpf")]

namespace Tracer.Linux.Interop;

/// <summary>The libc functions this program calls, under their C names.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_SHARED = 1;

    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;

    internal const short POLLIN = 1;

    internal const int CLOCK_MONOTONIC = 1;
    internal const int CLOCK_MONOTONIC_COARSE = 6;
    internal const int CLOCK_BOOTTIME = 7;
    internal const int _SC_CLK_TCK = 2;

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal long tv_sec;
        internal long tv_nsec;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int munmap(nint address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(int fd);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint read(DescriptorHandle fd, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint write(DescriptorHandle fd, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial DescriptorHandle eventfd(uint initialValue, int flags);

    // poll rather than epoll: two descriptors, called once per idle period, and no struct whose packing differs by machine.
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ppoll(PollDescriptor* descriptors, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int nanosleep(TimeSpec* duration, TimeSpec* remaining);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int clock_gettime(int clock, TimeSpec* time);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int clock_getres(int clock, TimeSpec* resolution);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial long sysconf(int name);

    /// <summary>Formats into memory that the caller frees; arguments is a C va_list.</summary>
    [LibraryImport(Library)]
    internal static partial int vasprintf(byte** text, byte* format, void* arguments);

    [LibraryImport(Library)]
    internal static partial void free(void* memory);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int unshare(int flags);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string source, string target, string? type, nuint flags, void* data);

    // perf_event_open, bpf: no libc wrapper. The variadic C declaration passes integers in the same registers on Linux.
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint perf_event_open(nint number, void* attributes, int pid, int cpu, int groupFd, nuint flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ioctl(DescriptorHandle fd, nuint request, nint argument);
}
