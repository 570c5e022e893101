// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Files;

/// <summary>
/// A directory of an observed process, held open. Its path is resolved inside the process's own root, so that no link leads out of a container;
/// the entries are opened without following any link.
/// </summary>
public sealed class TargetFolder : IDisposable
{
    private const int OwnerOnly = 0x180; // 0600

    private readonly ProcfsRoot _root;
    private readonly SafeFileHandle _directory;

    private TargetFolder(ProcfsRoot root, SafeFileHandle directory)
    {
        _root = root;
        _directory = directory;
    }

    /// <summary>Opens a directory as the process itself would find it.</summary>
    public static ProcfsStatus Open(ProcfsRoot root, uint pid, string path, out TargetFolder? folder)
    {
        folder = null;
        using SafeFileHandle processRoot = LibCFiles.open(
            root.PathOf(pid, "root"), LinuxConstants.O_PATH | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC, 0);
        if (processRoot.IsInvalid)
            return ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());
        SafeFileHandle directory = OpenAt(processRoot, path, LinuxConstants.O_DIRECTORY, LinuxConstants.RESOLVE_NO_MAGICLINKS);
        if (directory.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            directory.Dispose();
            return ProcfsRoot.FromErrno(errno);
        }

        folder = new TargetFolder(root, directory);
        return ProcfsStatus.Ok;
    }

    /// <summary>Opens a regular file of this folder for reading, if it belongs to a user.</summary>
    public ProcfsStatus OpenFile(string name, uint ownerUid, out TargetFile? file)
    {
        ProcfsStatus status = TargetFile.OpenRegular(_root, OpenAt(_directory, name, 0, LinuxConstants.RESOLVE_NO_SYMLINKS), out file);
        if (file is null || file.OwnerUid == ownerUid)
            return status;
        file.Dispose();
        file = null;
        return ProcfsStatus.NotPermitted;
    }

    /// <summary>Finds a socket of this folder that belongs to a user.</summary>
    public ProcfsStatus OpenSocket(string name, uint ownerUid, out TargetSocket? socket)
    {
        socket = null;
        SafeFileHandle found = OpenAt(_directory, name, 0, LinuxConstants.RESOLVE_NO_SYMLINKS);
        int errno = Marshal.GetLastPInvokeError();
        if (!found.IsInvalid && TargetFile.TryIdentify(found, out LinuxStatx status)
            && (status.Mode & LinuxConstants.S_IFMT) == LinuxConstants.S_IFSOCK && status.Uid == ownerUid)
        {
            socket = new TargetSocket(_root, found);
            return ProcfsStatus.Ok;
        }

        bool isThere = !found.IsInvalid;
        found.Dispose();
        return isThere ? ProcfsStatus.Malformed : ProcfsRoot.FromErrno(errno);
    }

    /// <summary>Creates an empty file that was not there, readable and writable for its owner only.</summary>
    public bool TryCreate(string name, uint ownerUid)
    {
        int flags = LinuxConstants.O_WRONLY | LinuxConstants.O_CREAT | LinuxConstants.O_EXCL | LinuxConstants.O_NOFOLLOW
            | LinuxConstants.O_CLOEXEC;
        using SafeFileHandle created = LibCFiles.openat(_directory, name, flags, OwnerOnly);
        if (created.IsInvalid)
            return false;
        if (LibCFiles.fchown(created, ownerUid, LibCFiles.UnchangedId) == 0)
            return true;
        Remove(name);
        return false;
    }

    /// <summary>Removes a name; what it leads to is left alone.</summary>
    public void Remove(string name) => LibCFiles.unlinkat(_directory, name, 0);

    /// <summary>Removes a file of this folder, if it still is the one that was opened.</summary>
    public bool Remove(string name, TargetFile file)
    {
        using SafeFileHandle found = OpenAt(_directory, name, 0, LinuxConstants.RESOLVE_NO_SYMLINKS);
        return !found.IsInvalid && TargetFile.TryIdentify(found, out LinuxStatx now)
            && now.Inode == file.Identity.Inode && now.DeviceMajor == file.Identity.DeviceMajor
            && now.DeviceMinor == file.Identity.DeviceMinor && LibCFiles.unlinkat(_directory, name, 0) == 0;
    }

    public void Dispose() => _directory.Dispose();

    private static SafeFileHandle OpenAt(SafeFileHandle directory, string path, int flags, ulong resolve)
    {
        var how = new LinuxOpenHow
        {
            Flags = (ulong)(LinuxConstants.O_PATH | LinuxConstants.O_CLOEXEC | flags),
            Resolve = LinuxConstants.RESOLVE_IN_ROOT | LinuxConstants.RESOLVE_NO_MAGICLINKS | resolve,
        };
        return LibCFiles.syscall_openat2(LinuxConstants.SYS_openat2, directory, path, how, Marshal.SizeOf<LinuxOpenHow>());
    }
}
