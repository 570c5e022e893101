// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Linux;

/// <summary>Changes who owns a file.</summary>
public static class FileOwnership
{
    /// <summary>Gives a file to a group; a symbolic link is not followed.</summary>
    /// <exception cref="LinuxException">Not permitted, or no such file.</exception>
    public static void ChangeGroup(string path, uint group)
    {
        if (LibCOwnership.lchown(path, LibCOwnership.Unchanged, group) != 0)
            throw new LinuxException($"give {path} to group {group}", Marshal.GetLastPInvokeError());
    }
}
