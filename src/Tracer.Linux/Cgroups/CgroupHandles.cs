// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Cgroups;

/// <summary>Opens cgroup directories by id: a cgroup id is also the file handle of its directory (5.5+, CAP_DAC_READ_SEARCH).</summary>
internal sealed unsafe class CgroupHandles(ProcfsRoot root, string mountPoint)
{
    private const int HandleBytes = 8;
    private const int FILEID_KERNFS = 0xfe;
    private const int MaxPathBytes = 4096;

    /// <summary>The path of a cgroup below the mount; empty when there is no such cgroup, or when it may not be asked for.</summary>
    internal string Resolve(ulong id)
    {
        using SafeFileHandle mount = LibCFiles.open(
            mountPoint, LinuxConstants.O_RDONLY | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC, 0);
        if (mount.IsInvalid)
            return "";

        // struct file_handle: length, type, then the id.
        byte* handle = stackalloc byte[8 + HandleBytes];
        *(uint*)handle = HandleBytes;
        *(int*)(handle + 4) = FILEID_KERNFS;
        *(ulong*)(handle + 8) = id;
        using SafeFileHandle directory = LibCFiles.open_by_handle_at(
            mount, handle, LinuxConstants.O_RDONLY | LinuxConstants.O_DIRECTORY | LinuxConstants.O_CLOEXEC);
        return directory.IsInvalid ? "" : PathOf(directory);
    }

    private string PathOf(SafeFileHandle directory)
    {
        byte* buffer = stackalloc byte[MaxPathBytes];
        nint length = LibCFiles.readlink($"{root.Path}/self/fd/{directory.DangerousGetHandle()}", buffer, MaxPathBytes);
        if (length <= 0)
            return "";
        string full = ControlText.Sanitize(new ReadOnlySpan<byte>(buffer, (int)length));
        string prefix = mountPoint.TrimEnd('/');
        // Outside our part of the hierarchy, for example when only a subtree is mounted here.
        if (full != prefix && !full.StartsWith(prefix + "/", StringComparison.Ordinal))
            return "";
        return full == prefix ? "/" : full[prefix.Length..];
    }
}
