// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Procfs;

/// <summary>
/// Lists a directory through an open descriptor, bounded. The framework's enumeration throws when a process goes away half-way.
/// </summary>
internal sealed unsafe class DirectoryLister : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const int LengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    private readonly SafeFileHandle _directory;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _filled;
    private int _next;

    private DirectoryLister(SafeFileHandle directory) => _directory = directory;

    /// <summary>How the listing ended; valid after <see cref="TryNext"/> returned false.</summary>
    internal ProcfsStatus Status { get; private set; } = ProcfsStatus.Ok;

    internal static ProcfsStatus Open(string path, out DirectoryLister? lister)
    {
        lister = null;
        SafeFileHandle directory = LibCFiles.open(
            path, LinuxConstants.O_RDONLY | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC | LinuxConstants.O_NOFOLLOW, 0);
        if (directory.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            directory.Dispose();
            return ProcfsRoot.FromErrno(errno);
        }

        lister = new DirectoryLister(directory);
        return ProcfsStatus.Ok;
    }

    /// <summary>Lists a directory that is open already.</summary>
    internal static ProcfsStatus Open(SafeFileHandle opened, out DirectoryLister? lister)
    {
        lister = null;
        SafeFileHandle directory = LibCFiles.openat(
            opened, ".", LinuxConstants.O_RDONLY | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC, 0);
        if (directory.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            directory.Dispose();
            return ProcfsRoot.FromErrno(errno);
        }

        lister = new DirectoryLister(directory);
        return ProcfsStatus.Ok;
    }

    /// <summary>The size that the kernel gives the directory; false outside of procfs, where it means something else.</summary>
    internal bool TryReadProcfsSize(out ulong size)
    {
        size = 0;
        if (LibCFiles.fstatfs(_directory, out LinuxStatfs fileSystem) != 0 || fileSystem.Type != LinuxConstants.PROC_SUPER_MAGIC
            || LibCFiles.statx_fd(_directory, "", LinuxConstants.AT_EMPTY_PATH, LinuxConstants.STATX_BASIC_STATS, out LinuxStatx status) != 0)
            return false;
        size = status.Size;
        return true;
    }

    /// <summary>The next entry but "." and ".."; valid until the next call.</summary>
    internal bool TryNext(out DirectoryEntry next)
    {
        const byte directoryType = 4;
        while (_next < _filled || Fill())
        {
            ReadOnlySpan<byte> entry = _buffer.AsSpan(_next, _filled - _next);
            int length = entry.Length > NameOffset ? BinaryPrimitives.ReadUInt16LittleEndian(entry[LengthOffset..]) : 0;
            if (length <= NameOffset || length > entry.Length)
                break;

            _next += length;
            ReadOnlySpan<byte> name = entry[NameOffset..length];
            int end = name.IndexOf((byte)0);
            name = end < 0 ? name : name[..end];
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                continue;
            next = new DirectoryEntry(name, BinaryPrimitives.ReadUInt64LittleEndian(entry), entry[TypeOffset] == directoryType);
            return true;
        }

        next = default;
        return false;
    }

    /// <summary>Where a link in this directory points; its length, or -1.</summary>
    internal int ReadLink(ReadOnlySpan<byte> name, Span<byte> target)
    {
        const int maxName = 255;
        if (name.Length > maxName)
            return -1;
        byte* terminated = stackalloc byte[maxName + 1];
        name.CopyTo(new Span<byte>(terminated, maxName));
        terminated[name.Length] = 0;
        fixed (byte* start = target)
            return (int)LibCFiles.readlinkat(_directory, terminated, start, target.Length);
    }

    public void Dispose() => _directory.Dispose();

    private bool Fill()
    {
        nint got;
        fixed (byte* start = _buffer)
            got = LibCFiles.syscall_getdents64(LinuxConstants.SYS_getdents64, _directory, start, BufferBytes);
        if (got < 0)
            Status = ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());
        _next = 0;
        _filled = Math.Max(0, (int)got);
        return got > 0;
    }
}
