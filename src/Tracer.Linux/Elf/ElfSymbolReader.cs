// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Linux.Elf;

/// <summary>Collects the function symbols of a file.</summary>
internal static class ElfSymbolReader
{
    /// <summary>Functions kept of one file: 64 MiB. The largest browsers have about a million.</summary>
    internal const int MaxFunctions = 4 * 1024 * 1024;

    private const ulong MaxTableBytes = 512UL * 1024 * 1024;
    private const int EntriesPerRead = 4096;
    private const byte FunctionType = 2;
    private const byte IndirectFunctionType = 10;
    private const ushort UndefinedSection = 0;

    internal static ElfStatus Read(ElfFile file, out ElfSymbolTable symbols)
    {
        ElfStatus status = Read(file, ElfSection.SymbolTable, out symbols);
        if (symbols.Count > 0)
            return status;
        ElfStatus dynamic = Read(file, ElfSection.DynamicSymbols, out symbols);
        return symbols.Count > 0 || status == ElfStatus.Ok ? dynamic : status;
    }

    private static ElfStatus Read(ElfFile file, uint tableType, out ElfSymbolTable symbols)
    {
        symbols = ElfSymbolTable.Empty;
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type != tableType)
                continue;
            if (section.Link >= (uint)file.Sections.Count || file.Sections[(int)section.Link].Type != ElfSection.StringTable
                || section.EntrySize != (ulong)Marshal.SizeOf<RawElfSymbol>())
                return ElfStatus.Malformed;
            if (section.Size > MaxTableBytes)
                return ElfStatus.TooLarge;
            return Read(file.Source, section, file.Sections[(int)section.Link], out symbols);
        }

        return ElfStatus.Ok;
    }

    private static ElfStatus Read(ElfSource source, in ElfSection table, in ElfSection names, out ElfSymbolTable symbols)
    {
        var functions = new List<ElfFunction>();
        ElfStatus status = Collect(source, table, names.Size, functions);
        functions.Sort();
        symbols = new ElfSymbolTable(source, names.Offset, names.Size, [.. functions]);
        return status;
    }

    private static ElfStatus Collect(ElfSource source, in ElfSection table, ulong namesSize, List<ElfFunction> functions)
    {
        int entryBytes = Marshal.SizeOf<RawElfSymbol>();
        ulong left = table.Size / (ulong)entryBytes;
        ulong offset = table.Offset;
        var entries = new RawElfSymbol[(int)Math.Min(left, EntriesPerRead)];
        while (left > 0)
        {
            Span<RawElfSymbol> chunk = entries.AsSpan(0, (int)Math.Min(left, EntriesPerRead));
            // What came before a damaged end is still right.
            if (offset > source.Length || !source.TryRead(offset, MemoryMarshal.AsBytes(chunk)))
                return ElfStatus.ReadFailed;
            foreach (ref readonly RawElfSymbol entry in chunk)
            {
                if (!IsFunction(entry) || entry.Name >= namesSize)
                    continue;
                if (functions.Count == MaxFunctions)
                    return ElfStatus.TooLarge;
                functions.Add(new ElfFunction(entry.Value, entry.Size, entry.Name, isLocal: entry.Info >> 4 == 0));
            }

            left -= (ulong)chunk.Length;
            offset += (ulong)(chunk.Length * entryBytes);
        }

        return ElfStatus.Ok;
    }

    // Without a size there is no telling where the function ends, and the nearest name before an address is often a wrong one.
    private static bool IsFunction(in RawElfSymbol entry) =>
        (entry.Info & 0xf) is FunctionType or IndirectFunctionType && entry.Section != UndefinedSection && entry.Size > 0
        && entry.Value <= ulong.MaxValue - entry.Size;
}
