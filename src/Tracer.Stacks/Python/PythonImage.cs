// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Python;

/// <summary>What a file with CPython in it says about itself. Addresses are the linker's; 0: not there.</summary>
internal sealed record PythonImage(ulong Runtime, ulong VersionSymbol, PythonVersion? Version)
{
    private const string RuntimeName = "_PyRuntime";
    private const string VersionName = "Py_Version";

    /// <summary>Null when no interpreter is in the file.</summary>
    internal static PythonImage? Read(ElfFile file, string fileName)
    {
        Dictionary<string, ElfSymbol> symbols = ElfSymbolLookup.Find(file, RuntimeName, VersionName);
        if (!symbols.TryGetValue(RuntimeName, out ElfSymbol runtime))
            return null;
        return symbols.TryGetValue(VersionName, out ElfSymbol version)
            ? new PythonImage(runtime.Address, version.Address, null)
            : new PythonImage(runtime.Address, 0, PythonVersion.Of(file, fileName));
    }
}
