// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux;

/// <summary>A file that stands for a namespace, in /proc or mounted elsewhere.</summary>
public static class NamespaceFile
{
    /// <summary>The namespace's inode number, which is its name in /proc/PID/ns.</summary>
    public static bool TryReadInode(string path, out ulong inode)
    {
        inode = 0;
        if (LibCFiles.statx(LinuxConstants.AT_FDCWD, path, 0, LinuxConstants.STATX_BASIC_STATS, out LinuxStatx status) != 0)
            return false;
        inode = status.Inode;
        return true;
    }
}
