// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Files;

/// <summary>
/// A folder of an observed process, held by descriptor: what is done in it stays in it, whatever its owner renames or links meanwhile.
/// </summary>
public sealed class TargetFolder : IDisposable
{
    private const int OwnerOnly = 0x180; // 0600

    private readonly ProcfsRoot _root;
    private readonly SafeFileHandle _folder;

    private TargetFolder(ProcfsRoot root, SafeFileHandle folder)
    {
        _root = root;
        _folder = folder;
    }

    /// <summary>Opens a path as the process itself would find it; links lead nowhere outside of its root.</summary>
    public static ProcfsStatus Open(ProcfsRoot root, uint pid, string path, out TargetFolder? folder)
    {
        folder = null;
        const int pathOnly = LinuxConstants.O_PATH | LinuxConstants.O_CLOEXEC;
        using SafeFileHandle top = LibCFiles.open(root.PathOf(pid, "root"), pathOnly | LinuxConstants.O_DIRECTORY, 0);
        if (top.IsInvalid)
            return ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());
        SafeFileHandle found = OpenBelow(
            top, path, pathOnly | LinuxConstants.O_DIRECTORY, LinuxConstants.RESOLVE_IN_ROOT | LinuxConstants.RESOLVE_NO_MAGICLINKS);
        if (!found.IsInvalid)
        {
            folder = new TargetFolder(root, found);
            return ProcfsStatus.Ok;
        }

        int errno = Marshal.GetLastPInvokeError();
        found.Dispose();
        return ProcfsRoot.FromErrno(errno);
    }

    /// <summary>Creates an empty file that was not there, for its owner only.</summary>
    public bool TryCreate(string name, uint owner)
    {
        int flags = LibCTargets.O_WRONLY | LibCTargets.O_CREAT | LibCTargets.O_EXCL | LinuxConstants.O_NOFOLLOW | LinuxConstants.O_CLOEXEC;
        using SafeFileHandle created = LibCTargets.openat(_folder, name, flags, OwnerOnly);
        if (created.IsInvalid)
            return false;
        if (LibCTargets.fchown(created, owner, LibCTargets.Unchanged) == 0)
            return true;
        Remove(name);
        return false;
    }

    /// <summary>Removes a name; what it leads to is left alone.</summary>
    public void Remove(string name) => LibCTargets.unlinkat(_folder, name, 0);

    /// <summary>Finds a unix socket that a user owns. Its path leads to that very socket for as long as the handle is open.</summary>
    public SafeFileHandle? FindSocket(string name, uint owner, out string path)
    {
        path = "";
        const int pathOnly = LinuxConstants.O_PATH | LinuxConstants.O_CLOEXEC;
        SafeFileHandle found = OpenBelow(
            _folder, name, pathOnly | LinuxConstants.O_NOFOLLOW, LinuxConstants.RESOLVE_NO_SYMLINKS | LinuxConstants.RESOLVE_NO_MAGICLINKS);
        if (!found.IsInvalid
            && LibCFiles.statx_fd(found, "", LinuxConstants.AT_EMPTY_PATH, LinuxConstants.STATX_BASIC_STATS, out LinuxStatx status) == 0
            && (status.Mode & LinuxConstants.S_IFMT) == LibCTargets.S_IFSOCK && status.Uid == owner)
        {
            path = $"{_root.Path}/self/fd/{found.DangerousGetHandle()}";
            return found;
        }

        found.Dispose();
        return null;
    }

    public void Dispose() => _folder.Dispose();

    private static SafeFileHandle OpenBelow(SafeFileHandle folder, string path, int flags, ulong resolve)
    {
        var how = new LinuxOpenHow { Flags = (ulong)(uint)flags, Resolve = resolve };
        return LibCFiles.syscall_openat2(LinuxConstants.SYS_openat2, folder, path, how, Marshal.SizeOf<LinuxOpenHow>());
    }
}
