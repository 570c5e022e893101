// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>A function that covers an address: its linked address, its size and its mangled, sanitized name.</summary>
public readonly record struct ElfSymbol(ulong Address, uint Size, string Name);
