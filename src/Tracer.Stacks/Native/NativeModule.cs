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
    private const int MaxFound = 4096;
    private const long FixedBytes = 4096;
    private const long BytesPerFound = 256;

    // The same few call sites come again and again; each costs reads of the file the first time.
    private readonly Dictionary<ulong, (ulong Start, string Name)> _found = [];
    private ElfSymbolTable? _symbols;
    private ElfFile? _debugFile;

    internal string BuildId => file?.BuildId ?? "";

    internal long MemoryBytes => FixedBytes + (_symbols?.MemoryBytes ?? 0) + (_found.Count * BytesPerFound);

    /// <summary>Turns an offset in the file into a linked address; false when this is no readable ELF file.</summary>
    internal bool TryAddressOf(ulong fileOffset, out ulong address)
    {
        address = 0;
        return file is not null && file.TryAddressOf(fileOffset, out address);
    }

    /// <summary>Finds the function that covers a linked address.</summary>
    internal bool TryFind(ulong address, out ulong start, out string name)
    {
        if (!_found.TryGetValue(address, out (ulong Start, string Name) found))
        {
            _symbols ??= LoadSymbols();
            found = _symbols.TryFind(address, out ElfSymbol symbol) ? (symbol.Address, demangler.Demangle(symbol.Name)) : (0, "");
            if (_found.Count >= MaxFound)
                _found.Clear();
            _found.Add(address, found);
        }

        (start, name) = found;
        return name.Length > 0;
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
}
