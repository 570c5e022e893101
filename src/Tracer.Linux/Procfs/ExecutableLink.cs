// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>Where /proc/PID/exe points, sanitized, and whether the kernel marks that file as deleted.</summary>
public readonly record struct ExecutableLink(string Path, bool IsDeleted)
{
    private static ReadOnlySpan<byte> DeletedMark => " (deleted)"u8;

    internal static ExecutableLink Parse(ReadOnlySpan<byte> target)
    {
        bool isDeleted = target.EndsWith(DeletedMark);
        return new ExecutableLink(ControlText.Sanitize(isDeleted ? target[..^DeletedMark.Length] : target), isDeleted);
    }
}
