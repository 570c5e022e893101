// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Node;

/// <summary>
/// Where V8 keeps what a function is called, as it says itself: numbers under the names v8dbg_..., made for debuggers
/// (v8, tools/gen-postmortem-metadata.py). Offsets count from the object, without the tag in a pointer.
/// </summary>
internal sealed record V8Metadata
{
    private const string Prefix = "v8dbg_";
    private const int MaxSymbols = 4096;
    private const int MaxNumber = 1 << 16;

    /// <summary>Instance type of plain functions; others follow.</summary>
    internal required int FunctionType { get; init; }

    internal required int FunctionShared { get; init; }

    internal required int SharedType { get; init; }

    internal required int SharedName { get; init; }

    internal required int SharedScript { get; init; }

    internal required int ScopeInfoType { get; init; }

    /// <summary>In words after the map: the count of local names, and what comes behind it.</summary>
    internal required int ScopeLocals { get; init; }

    internal required int ScopeFirst { get; init; }

    internal required int ScriptType { get; init; }

    internal required int ScriptName { get; init; }

    internal required int ScriptSource { get; init; }

    internal required int MapType { get; init; }

    internal required int StringLength { get; init; }

    internal required int StringChars { get; init; }

    /// <summary>Of a function in its frame, from the frame pointer.</summary>
    internal required int FrameFunction { get; init; }

    /// <summary>Reads the numbers; null when one is missing, or a pointer is not eight bytes.</summary>
    internal static V8Metadata? Read(TargetProcess process, ElfFile elf, in MemoryMapping mapping)
    {
        Dictionary<string, ElfSymbol> symbols = ElfSymbolLookup.FindByPrefix(elf, Prefix, MaxSymbols);
        ulong bias = TargetProcess.LoadBias(elf, mapping);
        bool isWhole = true;
        int Number(string name)
        {
            if (symbols.TryGetValue(Prefix + name, out ElfSymbol symbol) && process.TryRead(symbol.Address + bias, out int value) && value is > -MaxNumber and < MaxNumber)
                return value;
            isWhole = false;
            return 0;
        }

        var metadata = new V8Metadata
        {
            FunctionType = Number("type_JSFunction__JS_FUNCTION_TYPE"),
            FunctionShared = Number("class_JSFunction__shared__SharedFunctionInfo"),
            SharedType = Number("type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE"),
            SharedName = Number("class_SharedFunctionInfo__name_or_scope_info__Object"),
            SharedScript = Number(symbols.ContainsKey(Prefix + "class_SharedFunctionInfo__script_or_debug_info__HeapObject")
                ? "class_SharedFunctionInfo__script_or_debug_info__HeapObject"
                : "class_SharedFunctionInfo__script__HeapObject"),
            ScopeInfoType = Number("type_ScopeInfo__SCOPE_INFO_TYPE"),
            ScopeLocals = Number("scopeinfo_idx_ncontextlocals"),
            ScopeFirst = Number("scopeinfo_idx_first_vars"),
            ScriptType = Number("type_Script__SCRIPT_TYPE"),
            ScriptName = Number("class_Script__name__Object"),
            ScriptSource = Number("class_Script__source__Object"),
            MapType = Number("class_Map__instance_type__uint16_t"),
            StringLength = Number("class_String__length__int32_t"),
            StringChars = Number("class_SeqOneByteString__chars__char"),
            FrameFunction = Number("off_fp_function"),
        };
        const int smiShift = 31;
        return isWhole && Number("SmiShiftSize") == smiShift ? metadata : null;
    }
}
