// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>A section header.</summary>
public readonly record struct ElfSection(
    string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, ulong EntrySize)
{
    public const uint SymbolTable = 2;
    public const uint StringTable = 3;
    public const uint Note = 7;

    /// <summary>Has a size but no bytes in the file.</summary>
    public const uint NoBits = 8;
    public const uint DynamicSymbols = 11;
}
