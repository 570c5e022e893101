// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>Dwarf_Attribute of libdw.h; its contents are the library's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DwarfAttribute
{
    public uint Code;
    public uint Form;
    public nint Value;
    public nint Unit;
}
