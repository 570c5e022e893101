// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>One line of /proc/PID/maps.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">First address behind.</param>
/// <param name="IsExecutable">The x of the permissions.</param>
/// <param name="Offset">Offset of <paramref name="Start"/> in the file.</param>
/// <param name="DeviceMajor">Major number of the file's device.</param>
/// <param name="DeviceMinor">Minor number of the file's device.</param>
/// <param name="Inode">Inode of the file; 0 for anonymous memory.</param>
/// <param name="Path">
/// Path in the process's mount namespace with the kernel's escapes undone, or a pseudo name such as [vdso]; empty for anonymous memory. Not
/// sanitized, because it is opened: sanitize before showing.
/// </param>
/// <param name="IsDeleted">The file has no name any more.</param>
public readonly record struct MemoryMapping(
    ulong Start, ulong End, bool IsExecutable, ulong Offset, uint DeviceMajor, uint DeviceMinor, ulong Inode, string Path, bool IsDeleted)
{
    /// <summary>True when the address lies inside.</summary>
    public bool Contains(ulong address) => address >= Start && address < End;
}
