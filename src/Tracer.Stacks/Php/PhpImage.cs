// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Php;

/// <summary>What a file with a PHP engine in it says about itself. Addresses are the linker's; 0: not there.</summary>
internal sealed record PhpImage(ulong ExecutorGlobals, ulong SapiGlobals, ulong SapiModule, bool IsThreadSafe, PhpVersion? Version)
{
    private const string Globals = "executor_globals";

    // A thread-safe build has the globals in thread-local storage and exports where: the first since 7.4, the second always.
    private const string GlobalsOffset = "executor_globals_offset";
    private const string GlobalsId = "executor_globals_id";
    private const string Sapi = "sapi_globals";
    private const string Module = "sapi_module";

    /// <summary>Null when no PHP engine is in the file.</summary>
    internal static PhpImage? Read(ElfFile file, string fileName)
    {
        Dictionary<string, ElfSymbol> symbols = ElfSymbolLookup.Find(file, Globals, GlobalsOffset, GlobalsId, Sapi, Module);
        bool isThreadSafe = !symbols.ContainsKey(Globals) && (symbols.ContainsKey(GlobalsOffset) || symbols.ContainsKey(GlobalsId));
        if (!isThreadSafe && !symbols.ContainsKey(Globals))
            return null;
        return new PhpImage(
            AddressOf(symbols, Globals), AddressOf(symbols, Sapi), AddressOf(symbols, Module), isThreadSafe, PhpVersion.Of(file, fileName));
    }

    private static ulong AddressOf(Dictionary<string, ElfSymbol> symbols, string name) =>
        symbols.TryGetValue(name, out ElfSymbol symbol) ? symbol.Address : 0;
}
