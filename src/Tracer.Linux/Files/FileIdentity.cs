// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux.Files;

/// <summary>
/// What tells one content of one file from another. The status-change time is left out: it moves at a rename or an unlink, which leave the bytes alone.
/// </summary>
public readonly record struct FileIdentity(
    uint DeviceMajor, uint DeviceMinor, ulong Inode, ulong Size, long ModifySeconds, uint ModifyNanoseconds)
{
    internal static FileIdentity From(in LinuxStatx status) => new(
        status.DeviceMajor, status.DeviceMinor, status.Inode, status.Size,
        status.ModifySeconds, status.ModifyNanoseconds);
}
