// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Go;

/// <summary>What the runtime knows about the whole program (runtime.firstmoduledata; the order of its fields is that of runtime/symtab.go).</summary>
/// <param name="TextStart">What the addresses of functions are relative to.</param>
/// <param name="FunctionData">What the data of functions is relative to: the symbol go:func.*.</param>
internal readonly record struct GoModule(ulong TextStart, ulong FunctionData)
{
    private const int Words = 64;
    private const int NamesWord = 1;
    private const int TextWord = 22;

    /// <summary>Finds it by its symbol or, in a stripped program, by the pointer to the table that it begins with.</summary>
    internal static GoModule? Find(ElfFile file, GoAddressSpace addresses, in GoTableImage table, GoTableFormat format)
    {
        const string name = "runtime.firstmoduledata";
        if (ElfSymbolLookup.Find(file, name).TryGetValue(name, out ElfSymbol symbol) && Read(addresses, symbol.Address, table, format) is { } named)
            return named;
        foreach (ulong place in addresses.FindPointersTo(table.Address))
        {
            if (Read(addresses, place, table, format) is { } found)
                return found;
        }

        return null;
    }

    private static GoModule? Read(GoAddressSpace addresses, ulong address, in GoTableImage table, GoTableFormat format)
    {
        var words = new ulong[Words];
        ReadOnlySpan<byte> names = table.Bytes.AsSpan(GoTableFormat.WordOffset(format.FirstPartWord), sizeof(ulong));
        // It begins with the addresses of the table and of the names in it. Other pointers to the table stand alone.
        if (!addresses.TryReadRelocated(address, MemoryMarshal.AsBytes(words.AsSpan())) || words[0] != table.Address
            || words[NamesWord] != unchecked(table.Address + BinaryPrimitives.ReadUInt64LittleEndian(names)))
            return null;
        return new GoModule(words[TextWord], words[FunctionDataWord(words, table, format)]);
    }

    private static int FunctionDataWord(ulong[] words, in GoTableImage table, GoTableFormat format)
    {
        int word = format.FunctionDataWord;
        int end = format.HasTableEndInModule ? Array.IndexOf(words, unchecked(table.Address + (ulong)table.Bytes.Length), word) : -1;
        return end < 0 ? word : end - 1;
    }
}
