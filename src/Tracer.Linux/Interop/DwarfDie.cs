// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>Dwarf_Die of libdw.h; its contents are the library's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DwarfDie
{
    public nint Address;
    public nint Unit;
    public nint Abbreviation;
    public nint Padding;
}
