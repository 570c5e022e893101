// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>A program header.</summary>
public readonly record struct ElfSegment(
    uint Type, uint Flags, ulong Offset, ulong VirtualAddress, ulong FileSize, ulong MemorySize, ulong Alignment)
{
    public const uint Load = 1;
    public const uint Note = 4;

    private const uint ExecuteFlag = 1;

    public bool IsExecutable => (Flags & ExecuteFlag) != 0;
}
