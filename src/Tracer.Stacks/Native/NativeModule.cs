// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Native;

/// <summary>
/// One mapped file: its headers, read when it is first seen, and its symbols, read when first asked for. The file stays open, so it can be
/// read after its last process is gone.
/// </summary>
internal sealed class NativeModule(ElfFile? file, DebugFiles debugFiles, Demangler demangler) : IDisposable
{
    private const int MaxNames = 4096;
    private const long FixedBytes = 4096;
    private const long BytesPerName = 256;

    private readonly Dictionary<ulong, string> _names = [];
    private ElfSymbolTable? _symbols;
    private ElfFile? _debugFile;

    internal string BuildId => file?.BuildId ?? "";

    internal long MemoryBytes => FixedBytes + (_symbols?.MemoryBytes ?? 0) + (_names.Count * BytesPerName);

    /// <summary>Turns an offset in the file into a linked address; false when this is no readable ELF file.</summary>
    internal bool TryAddressOf(ulong fileOffset, out ulong address)
    {
        address = 0;
        return file is not null && file.TryAddressOf(fileOffset, out address);
    }

    /// <summary>Finds the function that covers a linked address.</summary>
    internal bool TryFind(ulong address, out ulong start, out string name)
    {
        _symbols ??= LoadSymbols();
        bool isFound = _symbols.TryFind(address, out ElfSymbol symbol);
        start = symbol.Address;
        name = isFound ? ReadableName(symbol) : "";
        return isFound;
    }

    public void Dispose()
    {
        file?.Dispose();
        _debugFile?.Dispose();
    }

    private ElfSymbolTable LoadSymbols()
    {
        if (file is null)
            return ElfSymbolTable.Empty;
        // Stripped: the separate debug file has what the exported symbols lack.
        if (!file.HasSymbolTable)
            _debugFile = debugFiles.Find(file.BuildId);
        if (_debugFile is not null)
        {
            _debugFile.ReadSymbols(out ElfSymbolTable full);
            if (full.Count > 0)
                return full;
        }

        file.ReadSymbols(out ElfSymbolTable symbols);
        return symbols;
    }

    private string ReadableName(in ElfSymbol symbol)
    {
        if (_names.TryGetValue(symbol.Address, out string? known))
            return known;
        string name = demangler.Demangle(symbol.Name);
        if (_names.Count < MaxNames)
            _names.Add(symbol.Address, name);
        return name;
    }
}
