// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Go;

/// <summary>The calls that the compiler put into their callers: each function has a table of them, and a value per instruction that says which.</summary>
internal sealed class GoInlineTree(GoLineTable table, GoAddressSpace addresses, ulong functionData)
{
    private const int MaxTrees = 1024 * 1024;

    // PCDATA_InlTreeIndex and FUNCDATA_InlTree of runtime/funcdata.h, 1.16 and later.
    private const int IndexTable = 2;
    private const int TreeData = 3;
    private const uint NoData = uint.MaxValue;

    // Offset of the number of funcdata entries, a byte, from the first data table backwards.
    private const int DataCountBack = 1;

    /// <summary>Finds the innermost inlined call at an address: its function's name and an address in the caller that has the position of the call.</summary>
    internal bool TryFind(in GoFunction function, ulong address, ref int steps, out string name, out ulong callAddress)
    {
        name = "";
        callAddress = 0;
        GoTableFormat format = table.Format;
        if (format.InlinedCallBytes == 0 || !TryTree(function, out ulong tree)
            || table.FieldOf(function, format.DataTableCountOffset) <= IndexTable)
            return false;
        int index = table.ValueAt(table.FieldOf(function, format.DataTablesOffset + (IndexTable * sizeof(uint))), function, address, ref steps);
        Span<byte> call = stackalloc byte[format.InlinedCallBytes];
        if (index is < 0 or >= MaxTrees || !addresses.TryRead(unchecked(tree + ((ulong)index * (ulong)format.InlinedCallBytes)), call))
            return false;
        uint nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(call[format.InlinedName..]);
        uint callOffset = BinaryPrimitives.ReadUInt32LittleEndian(call[format.InlinedParentPc..]);
        // A layout of a version that is not known would not point to names.
        if (!table.IsName(nameOffset) || callOffset >= function.End - function.Start)
            return false;
        name = table.NameAt(nameOffset);
        callAddress = function.Start + callOffset;
        return name.Length > 0;
    }

    private bool TryTree(in GoFunction function, out ulong tree)
    {
        tree = 0;
        GoTableFormat format = table.Format;
        if (table.ByteOf(function, format.DataTablesOffset - DataCountBack) <= TreeData)
            return false;
        uint dataTables = table.FieldOf(function, format.DataTableCountOffset);
        if (dataTables > byte.MaxValue)
            return false;
        int data = format.DataTablesOffset + ((int)dataTables * sizeof(uint));
        if (format.HasTextStart)
        {
            uint offset = table.FieldOf(function, data + (TreeData * sizeof(uint)));
            tree = unchecked(functionData + offset);
            return offset != NoData && functionData != 0;
        }

        // Pointers, on a boundary of their size.
        data += -(function.Record + data) & (sizeof(ulong) - 1);
        data += TreeData * sizeof(ulong);
        tree = table.FieldOf(function, data) | ((ulong)table.FieldOf(function, data + sizeof(uint)) << 32);
        return tree != 0;
    }
}
