// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Linux.Dwarf;

/// <summary>Names of functions in DWARF.</summary>
internal static unsafe class DwarfNames
{
    private const int MaxTextBytes = 4096;
    private const int MaxReferences = 8;
    private const int MaxScopes = 32;
    private const string AnonymousNamespace = "(anonymous namespace)";

    /// <summary>The mangled name of a function or inlined function; else its plain one within its namespaces and classes.</summary>
    internal static string Read(DwarfDie* unit, DwarfDie* function)
    {
        DwarfAttribute attribute;
        DwarfAttribute* linkage = LibDw.dwarf_attr_integrate(function, LibDw.DW_AT_linkage_name, &attribute);
        if (linkage == null)
            linkage = LibDw.dwarf_attr_integrate(function, LibDw.DW_AT_MIPS_linkage_name, &attribute);
        string mangled = linkage == null ? "" : Text(LibDw.dwarf_formstring(linkage));
        if (mangled.Length > 0)
            return mangled;

        // dwarf_diename looks at abstract origin and specification too.
        string name = Text(LibDw.dwarf_diename(function));
        return name.Length == 0 || HasNoNamespaces(LibDw.dwarf_srclang(unit)) ? name : ScopeOf(function) + name;
    }

    /// <summary>A text of the library's, sanitized; empty for none.</summary>
    internal static string Text(byte* text)
    {
        if (text == null)
            return "";
        ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
        return ControlText.Sanitize(bytes[..Math.Min(bytes.Length, MaxTextBytes)]);
    }

    // C89, C, C99, C11, C17 and assembler, of which there is no telling.
    private static bool HasNoNamespaces(int language) => language is 0x01 or 0x02 or 0x0c or 0x1d or 0x2c or 0x8001 or -1;

    // The scopes around the declaration: an inlined function refers to its abstract origin, that one to its declaration in a class.
    private static string ScopeOf(DwarfDie* function)
    {
        DwarfDie declaration = *function;
        for (int i = 0; i < MaxReferences && TryFollow(&declaration); i++)
        {
        }

        int count = LibDw.dwarf_getscopes_die(&declaration, out DwarfDie* scopes);
        if (count <= 0)
            return "";
        try
        {
            string names = "";
            for (int i = 1; i < Math.Min(count, MaxScopes); i++)
            {
                int tag = LibDw.dwarf_tag(&scopes[i]);
                string name = Text(LibDw.dwarf_diename(&scopes[i]));
                if (tag == LibDw.DW_TAG_namespace && name.Length == 0)
                    name = AnonymousNamespace;
                if (name.Length > 0 && tag is LibDw.DW_TAG_namespace or LibDw.DW_TAG_class_type or LibDw.DW_TAG_structure_type or LibDw.DW_TAG_union_type)
                    names = $"{name}::{names}";
            }

            return names;
        }
        finally
        {
            NativeMemory.Free(scopes);
        }
    }

    private static bool TryFollow(DwarfDie* die)
    {
        DwarfAttribute attribute;
        DwarfAttribute* reference = LibDw.dwarf_attr(die, LibDw.DW_AT_abstract_origin, &attribute);
        if (reference == null)
            reference = LibDw.dwarf_attr(die, LibDw.DW_AT_specification, &attribute);
        return reference != null && LibDw.dwarf_formref_die(reference, die) != null;
    }
}
