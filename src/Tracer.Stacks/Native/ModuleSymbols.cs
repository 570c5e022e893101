// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Native;

/// <summary>The symbols of one mapped file, from wherever there are more than the file itself exports.</summary>
internal sealed class ModuleSymbols : IDisposable
{
    private readonly ElfSymbolTable _table;
    private readonly ElfSymbolTable _extension;
    private readonly ElfFile? _extensionFile;

    private ModuleSymbols(ElfSymbolTable table, ElfSymbolTable extension, ElfFile? extensionFile)
    {
        _table = table;
        _extension = extension;
        _extensionFile = extensionFile;
    }

    internal static ModuleSymbols Empty { get; } = new(ElfSymbolTable.Empty, ElfSymbolTable.Empty, null);

    internal long MemoryBytes => _table.MemoryBytes + _extension.MemoryBytes + (long)(_extensionFile?.Source.Length ?? 0);

    /// <summary>Reads the full table of the separate debug file, or what the file has, extended by its .gnu_debugdata.</summary>
    internal static ModuleSymbols Read(ElfFile file, ElfFile? debugFile)
    {
        ElfSymbolTable table = ElfSymbolTable.Empty;
        if (debugFile is not null && !file.HasSymbolTable)
            debugFile.ReadSymbols(out table);
        if (table.Count > 0)
            return new ModuleSymbols(table, ElfSymbolTable.Empty, null);

        file.ReadSymbols(out table);
        if (file.HasSymbolTable || MiniDebugInfo.Open(file) is not { } inner)
            return new ModuleSymbols(table, ElfSymbolTable.Empty, null);
        inner.ReadSymbols(out ElfSymbolTable extension);
        return new ModuleSymbols(table, extension, inner);
    }

    /// <summary>Finds the innermost function that covers a linked address.</summary>
    internal bool TryFind(ulong address, out ElfSymbol symbol)
    {
        bool isFound = _table.TryFind(address, out symbol);
        // Equal starts: the exported name is the one that others call it by.
        if (!_extension.TryFind(address, out ElfSymbol local) || (isFound && symbol.Address >= local.Address))
            return isFound;
        symbol = local;
        return true;
    }

    public void Dispose() => _extensionFile?.Dispose();
}
