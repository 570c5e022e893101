// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tracer.Linux.Interop;

/// <summary>
/// The calls of elfutils' libdw and libelf that are needed, under their C names. The libraries are optional: ask <see cref="IsAvailable"/>
/// first. Constants are those of elf.h, libelf.h and the DWARF standard.
/// </summary>
internal static unsafe partial class LibDw
{
    internal const uint EV_CURRENT = 1;
    internal const int ELF_C_READ = 1;
    internal const int DWARF_C_READ = 0;

    internal const int DW_TAG_class_type = 0x02;
    internal const int DW_TAG_enumeration_type = 0x04;
    internal const int DW_TAG_lexical_block = 0x0b;
    internal const int DW_TAG_structure_type = 0x13;
    internal const int DW_TAG_union_type = 0x17;
    internal const int DW_TAG_inlined_subroutine = 0x1d;
    internal const int DW_TAG_module = 0x1e;
    internal const int DW_TAG_catch_block = 0x25;
    internal const int DW_TAG_subprogram = 0x2e;
    internal const int DW_TAG_try_block = 0x32;
    internal const int DW_TAG_namespace = 0x39;

    internal const uint DW_AT_specification = 0x47;
    internal const uint DW_AT_abstract_origin = 0x31;
    internal const uint DW_AT_call_file = 0x58;
    internal const uint DW_AT_call_line = 0x59;
    internal const uint DW_AT_linkage_name = 0x6e;
    internal const uint DW_AT_MIPS_linkage_name = 0x2007;

    private const string Dw = "libdw.so.1";
    private const string Elf = "libelf.so.1";

    private static readonly Lazy<bool> Available = new(static () => Has(Elf, nameof(elf_version), nameof(elf_begin), nameof(elf_end)) && Has(
        Dw, nameof(dwarf_begin_elf), nameof(dwarf_end), nameof(dwarf_setalt), nameof(dwarf_next_unit), nameof(dwarf_offdie), nameof(dwarf_ranges),
        nameof(dwarf_getsrc_die), nameof(dwarf_linesrc), nameof(dwarf_lineno), nameof(dwarf_getsrcfiles), nameof(dwarf_filesrc),
        nameof(dwarf_child), nameof(dwarf_siblingof), nameof(dwarf_haspc), nameof(dwarf_dieoffset),
        nameof(dwarf_getscopes_die), nameof(dwarf_tag), nameof(dwarf_srclang), nameof(dwarf_entrypc), nameof(dwarf_diename),
        nameof(dwarf_attr), nameof(dwarf_attr_integrate), nameof(dwarf_formstring), nameof(dwarf_formudata), nameof(dwarf_formref_die)));

    internal static bool IsAvailable => Available.Value;

    [LibraryImport(Elf)]
    internal static partial uint elf_version(uint version);

    [LibraryImport(Elf)]
    internal static partial nint elf_begin(SafeFileHandle fd, int command, nint archive);

    [LibraryImport(Elf)]
    internal static partial int elf_end(nint elf);

    [LibraryImport(Dw)]
    internal static partial nint dwarf_begin_elf(nint elf, int command, nint sectionGroup);

    [LibraryImport(Dw)]
    internal static partial int dwarf_end(nint dwarf);

    [LibraryImport(Dw)]
    internal static partial void dwarf_setalt(DwarfHandle main, DwarfHandle supplement);

    [LibraryImport(Dw)]
    internal static partial int dwarf_next_unit(
        DwarfHandle dwarf, ulong offset, out ulong next, out nuint headerSize, ushort* version, ulong* abbreviations, byte* addressSize,
        byte* offsetSize, ulong* typeSignature, ulong* typeOffset);

    [LibraryImport(Dw)]
    internal static partial DwarfDie* dwarf_offdie(DwarfHandle dwarf, ulong offset, DwarfDie* result);

    [LibraryImport(Dw)]
    internal static partial nint dwarf_ranges(DwarfDie* die, nint offset, ref ulong unitBase, out ulong start, out ulong end);

    [LibraryImport(Dw)]
    internal static partial nint dwarf_getsrc_die(DwarfDie* unit, ulong address);

    [LibraryImport(Dw)]
    internal static partial byte* dwarf_linesrc(nint line, ulong* modified, ulong* length);

    [LibraryImport(Dw)]
    internal static partial int dwarf_lineno(nint line, out int number);

    [LibraryImport(Dw)]
    internal static partial int dwarf_getsrcfiles(DwarfDie* unit, out nint files, out nuint count);

    [LibraryImport(Dw)]
    internal static partial byte* dwarf_filesrc(nint files, nuint index, ulong* modified, ulong* length);

    [LibraryImport(Dw)]
    internal static partial int dwarf_child(DwarfDie* die, DwarfDie* result);

    [LibraryImport(Dw)]
    internal static partial int dwarf_siblingof(DwarfDie* die, DwarfDie* result);

    [LibraryImport(Dw)]
    internal static partial int dwarf_haspc(DwarfDie* die, ulong address);

    [LibraryImport(Dw)]
    internal static partial ulong dwarf_dieoffset(DwarfDie* die);

    // The caller frees the array of scopes with free().
    [LibraryImport(Dw)]
    internal static partial int dwarf_getscopes_die(DwarfDie* die, out DwarfDie* scopes);

    [LibraryImport(Dw)]
    internal static partial int dwarf_tag(DwarfDie* die);

    [LibraryImport(Dw)]
    internal static partial int dwarf_srclang(DwarfDie* unit);

    [LibraryImport(Dw)]
    internal static partial int dwarf_entrypc(DwarfDie* die, out ulong address);

    [LibraryImport(Dw)]
    internal static partial byte* dwarf_diename(DwarfDie* die);

    [LibraryImport(Dw)]
    internal static partial DwarfAttribute* dwarf_attr(DwarfDie* die, uint name, DwarfAttribute* result);

    [LibraryImport(Dw)]
    internal static partial DwarfAttribute* dwarf_attr_integrate(DwarfDie* die, uint name, DwarfAttribute* result);

    [LibraryImport(Dw)]
    internal static partial byte* dwarf_formstring(DwarfAttribute* attribute);

    [LibraryImport(Dw)]
    internal static partial int dwarf_formudata(DwarfAttribute* attribute, out ulong value);

    [LibraryImport(Dw)]
    internal static partial DwarfDie* dwarf_formref_die(DwarfAttribute* attribute, DwarfDie* result);

    private static bool Has(string library, params ReadOnlySpan<string> names)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
            return false;
        foreach (string name in names)
        {
            if (!NativeLibrary.TryGetExport(handle, name, out _))
                return false;
        }

        return true;
    }
}
