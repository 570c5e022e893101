// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>One name in a directory; valid until the next is read.</summary>
internal readonly ref struct DirectoryEntry(ReadOnlySpan<byte> name, ulong inode, bool isDirectory)
{
    internal ReadOnlySpan<byte> Name { get; } = name;

    internal ulong Inode { get; } = inode;

    internal bool IsDirectory { get; } = isDirectory;
}
