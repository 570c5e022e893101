// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Elf;

/// <summary>Elf64_Sym.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RawElfSymbol
{
    public uint Name;
    public byte Info;
    public byte Other;
    public ushort Section;
    public ulong Value;
    public ulong Size;
}
