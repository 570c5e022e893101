// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tracer.Linux.Interop;

/// <summary>The libc calls that files, clocks and netlink need, under their C names.</summary>
internal static partial class LibCFiles
{
    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle open(string path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint read(SafeFileHandle fd, byte* buffer, nint count);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint pread(SafeFileHandle fd, byte* buffer, nint count, long offset);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial nint readlink(string path, byte* buffer, nint size);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial nint readlinkat(SafeFileHandle directory, byte* path, byte* buffer, nint size);

    // glibc has had this wrapper since 2.28, musl since 1.2.5; struct statx is the same on every architecture, struct stat is not.
    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int directory, string path, int flags, uint mask, out LinuxStatx result);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx_fd(SafeFileHandle fd, string emptyPath, int flags, uint mask, out LinuxStatx result);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fstatfs(SafeFileHandle fd, out LinuxStatfs result);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial SafeFileHandle fcntl_dupfd(SafeFileHandle fd, int command, int lowest);

    // getdents64 and openat2 have no wrapper in the oldest glibc that .NET supports.
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static unsafe partial nint syscall_getdents64(nint number, SafeFileHandle fd, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle syscall_openat2(nint number, SafeFileHandle directory, string path, in LinuxOpenHow how, nint size);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int unlinkat(SafeFileHandle directory, string name, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial SafeFileHandle open_by_handle_at(SafeFileHandle mount, byte* handle, int flags);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int clock_gettime(int clock, out LinuxTimespec time);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int clock_getres(int clock, out LinuxTimespec resolution);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial NetlinkSocketHandle socket(int domain, int type, int protocol);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int setsockopt(NetlinkSocketHandle fd, int level, int name, void* value, uint length);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint sendto(NetlinkSocketHandle fd, byte* data, nint length, int flags, void* address, uint addressLength);

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial nint recvfrom(NetlinkSocketHandle fd, byte* data, nint length, int flags, void* address, uint* addressLength);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setns(SafeFileHandle fd, int type);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int close(nint fd);

    internal const uint UnchangedId = uint.MaxValue; // (uid_t)-1

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle openat(SafeFileHandle directory, string name, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fchown(SafeFileHandle fd, uint owner, uint group);
}
