// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>
/// Reads the tables that HotSpot exports for debuggers. Their own layout is exported too: each table has symbols for its stride and for the
/// offsets of its columns (vmStructs.hpp of OpenJDK describes them). A table ends at an entry without a name.
/// </summary>
internal sealed class VmStructsReader(VmMemory memory, IReadOnlyDictionary<string, ulong> symbols)
{
    private const int MaxEntries = 16384;
    private const int MaxName = 160;
    private const int MaxOffset = 16384;
    private const int MaxStride = 256;

    private static readonly string[] SymbolNames =
    [
        "gHotSpotVMStructs", "gHotSpotVMStructEntryTypeNameOffset", "gHotSpotVMStructEntryFieldNameOffset",
        "gHotSpotVMStructEntryTypeStringOffset", "gHotSpotVMStructEntryIsStaticOffset", "gHotSpotVMStructEntryOffsetOffset",
        "gHotSpotVMStructEntryAddressOffset", "gHotSpotVMStructEntryArrayStride",
        "gHotSpotVMTypes", "gHotSpotVMTypeEntryTypeNameOffset", "gHotSpotVMTypeEntrySizeOffset", "gHotSpotVMTypeEntryArrayStride",
        "gHotSpotVMIntConstants", "gHotSpotVMIntConstantEntryNameOffset", "gHotSpotVMIntConstantEntryValueOffset",
        "gHotSpotVMIntConstantEntryArrayStride",
        "gHotSpotVMLongConstants", "gHotSpotVMLongConstantEntryNameOffset", "gHotSpotVMLongConstantEntryValueOffset",
        "gHotSpotVMLongConstantEntryArrayStride",
    ];

    private readonly VmPages _pages = new(memory);

    /// <summary>The exported symbols whose addresses are needed.</summary>
    internal static ReadOnlySpan<string> Symbols => SymbolNames;

    internal VmStructs Read()
    {
        var structs = new VmStructs();
        ReadFields(structs);
        ReadSizes(structs);
        ReadConstants(structs, "gHotSpotVMIntConstant", sizeof(int));
        ReadConstants(structs, "gHotSpotVMLongConstant", sizeof(ulong));
        return structs;
    }

    private void ReadFields(VmStructs structs)
    {
        ulong type = Global("gHotSpotVMStructEntryTypeNameOffset");
        ulong field = Global("gHotSpotVMStructEntryFieldNameOffset");
        ulong text = Global("gHotSpotVMStructEntryTypeStringOffset");
        ulong isStatic = Global("gHotSpotVMStructEntryIsStaticOffset");
        ulong offset = Global("gHotSpotVMStructEntryOffsetOffset");
        ulong address = Global("gHotSpotVMStructEntryAddressOffset");
        foreach (ulong entry in Entries("gHotSpotVMStructs", "gHotSpotVMStructEntryArrayStride"))
        {
            string typeName = NameAt(entry + type);
            string fieldName = NameAt(entry + field);
            if (typeName.Length == 0 || fieldName.Length == 0)
                return;
            string key = $"{typeName}::{fieldName}";
            int bytes = SizeOf(NameAt(entry + text));
            ulong place = _pages.ReadNumber(entry + offset, sizeof(ulong));
            if (_pages.ReadNumber(entry + isStatic, sizeof(int)) != 0)
                structs.Statics.TryAdd(key, _pages.ReadNumber(entry + address, sizeof(ulong)));
            else if (place <= MaxOffset)
                structs.Fields.TryAdd(key, new VmField((int)place, bytes));
        }
    }

    private void ReadSizes(VmStructs structs)
    {
        ulong name = Global("gHotSpotVMTypeEntryTypeNameOffset");
        ulong size = Global("gHotSpotVMTypeEntrySizeOffset");
        foreach (ulong entry in Entries("gHotSpotVMTypes", "gHotSpotVMTypeEntryArrayStride"))
        {
            string typeName = NameAt(entry + name);
            if (typeName.Length == 0)
                return;
            ulong bytes = _pages.ReadNumber(entry + size, sizeof(ulong));
            if (bytes <= MaxOffset)
                structs.Sizes.TryAdd(typeName, (int)bytes);
        }
    }

    private void ReadConstants(VmStructs structs, string table, int bytes)
    {
        ulong name = Global($"{table}EntryNameOffset");
        ulong value = Global($"{table}EntryValueOffset");
        foreach (ulong entry in Entries($"{table}s", $"{table}EntryArrayStride"))
        {
            string constant = NameAt(entry + name);
            if (constant.Length == 0)
                return;
            structs.Constants.TryAdd(constant, _pages.ReadNumber(entry + value, bytes));
        }
    }

    private IEnumerable<ulong> Entries(string table, string strideName)
    {
        ulong entry = Global(table);
        ulong stride = Global(strideName);
        if (entry == 0 || stride is 0 or > MaxStride)
            yield break;
        for (int i = 0; i < MaxEntries; i++, entry = unchecked(entry + stride))
            yield return entry;
    }

    private ulong Global(string symbol) => symbols.TryGetValue(symbol, out ulong address) ? _pages.ReadNumber(address, sizeof(ulong)) : 0;

    private string NameAt(ulong pointer)
    {
        ulong address = _pages.ReadNumber(pointer, sizeof(ulong));
        return address == 0 ? "" : _pages.ReadName(address, MaxName);
    }

    // Widths differ between versions, and the table has type names only. Whatever is not listed is a pointer or as wide as one, or not read.
    private static int SizeOf(string type) => type switch
    {
        "u1" or "bool" or "jbyte" or "int8_t" or "uint8_t" or "volatile signed char" or "CodeBlobKind" => 1,
        "u2" or "jushort" or "jshort" or "short" or "unsigned short" or "int16_t" or "uint16_t" => 2,
        "int" or "u4" or "jint" or "juint" or "uint" or "unsigned int" or "unsigned" or "int32_t" or "uint32_t" or "pid_t" or "const uint" => 4,
        _ => 8,
    };
}
