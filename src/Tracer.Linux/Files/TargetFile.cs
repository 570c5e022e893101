// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Files;

/// <summary>
/// A regular file that belongs to an observed process, opened for reading. The path is the target's choice and we may be root, so nothing but a
/// regular file is ever opened: opening a device or a FIFO can block or act.
/// </summary>
public sealed class TargetFile : IDisposable
{
    private const int MayWriteGroupOrOthers = 0x12; // 022: an access list that lets others write shows in the group's bits.

    private readonly SafeFileHandle _file;
    private readonly bool _isRootsAlone;

    private TargetFile(SafeFileHandle file, in LinuxStatx status)
    {
        _file = file;
        Identity = FileIdentity.From(status);
        OwnerUid = status.Uid;
        _isRootsAlone = status.Uid == 0 && (status.Mode & MayWriteGroupOrOthers) == 0;
    }

    public FileIdentity Identity { get; }

    /// <summary>Who owns the file, as seen from our user namespace.</summary>
    public uint OwnerUid { get; }

    /// <summary>Opens what a process maps at a range, also when that file is deleted, replaced or hidden below another mount.</summary>
    public static ProcfsStatus OpenMapped(ProcfsRoot root, uint pid, ulong start, ulong end, out TargetFile? file)
    {
        // map_files is made of magic links: they lead to the mapped file itself, not along its path.
        return OpenRegular(root, Open(root.PathOf(pid, $"map_files/{start:x}-{end:x}"), LinuxConstants.O_PATH), out file);
    }

    /// <summary>Opens a path as the process itself would find it; symbolic links are not followed, since maps shows paths without any.</summary>
    public static ProcfsStatus OpenInRoot(ProcfsRoot root, uint pid, string path, out TargetFile? file)
    {
        file = null;
        using SafeFileHandle directory = Open(root.PathOf(pid, "root"), LinuxConstants.O_PATH | LinuxConstants.O_DIRECTORY);
        if (directory.IsInvalid)
            return ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());

        var how = new LinuxOpenHow
        {
            Flags = (ulong)(LinuxConstants.O_PATH | LinuxConstants.O_CLOEXEC),
            Resolve = LinuxConstants.RESOLVE_IN_ROOT | LinuxConstants.RESOLVE_NO_SYMLINKS | LinuxConstants.RESOLVE_NO_MAGICLINKS,
        };
        SafeFileHandle found = LibCFiles.syscall_openat2(
            LinuxConstants.SYS_openat2, directory, path, how, Marshal.SizeOf<LinuxOpenHow>());
        return OpenRegular(root, found, out file);
    }

    /// <summary>Opens a path of our own mount namespace, following links.</summary>
    public static ProcfsStatus OpenOwn(ProcfsRoot root, string path, out TargetFile? file) =>
        OpenRegular(root, Open(path, LinuxConstants.O_PATH), out file);

    /// <summary>False when the file was written to, or replaced in place, since it was opened.</summary>
    public bool IsUnchanged() => TryIdentify(_file, out LinuxStatx now) && FileIdentity.From(now) == Identity;

    /// <summary>
    /// True when nobody but root could have written it: root's by owner and mode, and not on a file system whose owner and mode are the word of a
    /// user's process.
    /// </summary>
    public bool IsWrittenByRootAlone() =>
        _isRootsAlone && LibCFiles.fstatfs(_file, out LinuxStatfs fileSystem) == 0 && fileSystem.Type != LinuxConstants.FUSE_SUPER_MAGIC;

    /// <summary>Another descriptor of the same file, for a library that keeps the number.</summary>
    internal SafeFileHandle Duplicate() => LibCFiles.fcntl_dupfd(_file, LinuxConstants.F_DUPFD_CLOEXEC, 0);

    /// <summary>Reads at an offset; 0 at the end and on failure.</summary>
    public unsafe int Read(long offset, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint got = LibCFiles.pread(_file, start, buffer.Length, offset);
                if (got >= 0)
                    return (int)got;
                if (Marshal.GetLastPInvokeError() != LinuxConstants.EINTR)
                    return 0;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Open(string path, int flags) => LibCFiles.open(path, flags | LinuxConstants.O_CLOEXEC, 0);

    // O_PATH first: it touches nothing but the name, and what it found cannot be exchanged before the second open.
    internal static ProcfsStatus OpenRegular(ProcfsRoot root, SafeFileHandle found, out TargetFile? file)
    {
        file = null;
        int errno = Marshal.GetLastPInvokeError();
        using (found)
        {
            if (found.IsInvalid)
                return ProcfsRoot.FromErrno(errno);
            if (!TryIdentify(found, out LinuxStatx status))
                return ProcfsStatus.Failed;
            if ((status.Mode & LinuxConstants.S_IFMT) != LinuxConstants.S_IFREG)
                return ProcfsStatus.Malformed;

            string self = $"{root.Path}/self/fd/{found.DangerousGetHandle()}";
            SafeFileHandle opened = Open(self, LinuxConstants.O_RDONLY | LinuxConstants.O_NONBLOCK | LinuxConstants.O_NOCTTY);
            errno = Marshal.GetLastPInvokeError();
            if (!opened.IsInvalid && TryIdentify(opened, out status))
            {
                file = new TargetFile(opened, status);
                return ProcfsStatus.Ok;
            }

            opened.Dispose();
            return ProcfsRoot.FromErrno(errno);
        }
    }

    internal static bool TryIdentify(SafeFileHandle handle, out LinuxStatx status) =>
        LibCFiles.statx_fd(handle, "", LinuxConstants.AT_EMPTY_PATH, LinuxConstants.STATX_BASIC_STATS, out status) == 0;
}
