// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux.Dwarf;

/// <summary>
/// Walks the tree of entries. libdw has calls for this, but they go by .debug_aranges, which clang leaves out, and do not look for functions in
/// namespaces, where clang and rustc put them.
/// </summary>
internal static unsafe class DwarfTree
{
    private const int MaxNesting = 64;
    private const int MaxScopes = 256;
    private const int MaxSiblings = 4 * 1024 * 1024;

    /// <summary>Which compilation unit an address belongs to.</summary>
    internal static RangeTable ReadUnits(DwarfHandle dwarf)
    {
        var units = new RangeTable.Builder();
        ulong offset = 0;
        while (!units.IsFull && LibDw.dwarf_next_unit(dwarf, offset, out ulong next, out nuint header, null, null, null, null, null, null) == 0
            && next > offset)
        {
            DwarfDie unit;
            if (LibDw.dwarf_offdie(dwarf, offset + header, &unit) != null)
                units.Add(&unit, offset + header);
            offset = next;
        }

        return units.Build();
    }

    /// <summary>Which function of a unit an address belongs to.</summary>
    internal static RangeTable ReadFunctions(DwarfDie* unit)
    {
        var functions = new RangeTable.Builder();
        int left = MaxSiblings;
        AddFunctions(unit, functions, depth: 0, ref left);
        return functions.Build();
    }

    /// <summary>Adds the blocks and inlined functions that an address is in, outermost first.</summary>
    internal static void AddScopes(DwarfDie function, ulong address, List<DwarfDie> scopes)
    {
        DwarfDie parent = function;
        int left = MaxSiblings;
        while (scopes.Count < MaxScopes && TryFindScope(&parent, address, out DwarfDie scope, ref left))
        {
            scopes.Add(scope);
            parent = scope;
        }
    }

    private static void AddFunctions(DwarfDie* parent, RangeTable.Builder functions, int depth, ref int left)
    {
        DwarfDie die;
        if (depth > MaxNesting || LibDw.dwarf_child(parent, &die) != 0)
            return;
        do
        {
            switch (LibDw.dwarf_tag(&die))
            {
                case LibDw.DW_TAG_subprogram:
                    functions.Add(&die, LibDw.dwarf_dieoffset(&die));
                    break;
                case LibDw.DW_TAG_namespace or LibDw.DW_TAG_module or LibDw.DW_TAG_class_type or LibDw.DW_TAG_structure_type
                    or LibDw.DW_TAG_union_type or LibDw.DW_TAG_enumeration_type:
                    AddFunctions(&die, functions, depth + 1, ref left);
                    break;
            }
        }
        while (!functions.IsFull && --left > 0 && LibDw.dwarf_siblingof(&die, &die) == 0);
    }

    private static bool TryFindScope(DwarfDie* parent, ulong address, out DwarfDie scope, ref int left)
    {
        DwarfDie die;
        bool hasNext = LibDw.dwarf_child(parent, &die) == 0;
        for (; hasNext && --left > 0; hasNext = LibDw.dwarf_siblingof(&die, &die) == 0)
        {
            bool isScope = LibDw.dwarf_tag(&die) is LibDw.DW_TAG_inlined_subroutine or LibDw.DW_TAG_lexical_block
                or LibDw.DW_TAG_try_block or LibDw.DW_TAG_catch_block;
            if (!isScope || LibDw.dwarf_haspc(&die, address) != 1)
                continue;
            scope = die;
            return true;
        }

        scope = default;
        return false;
    }
}
