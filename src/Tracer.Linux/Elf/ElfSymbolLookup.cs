// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;

namespace Tracer.Linux.Elf;

/// <summary>Finds symbols by name, functions and data alike, with one pass over each symbol table.</summary>
public static class ElfSymbolLookup
{
    private const int MaxTableBytes = 64 * 1024 * 1024;
    private const ushort UndefinedSection = 0;

    /// <summary>Finds the defined symbols of the given names, first in .dynsym, then in .symtab. Names that are not there are left out.</summary>
    public static Dictionary<string, ElfSymbol> Find(ElfFile file, params ReadOnlySpan<string> names)
    {
        var wanted = new byte[names.Length][];
        for (int i = 0; i < names.Length; i++)
            wanted[i] = Encoding.UTF8.GetBytes(names[i]);
        return Find(file, name => IsAny(wanted, name), wanted.Length);
    }

    /// <summary>Finds the defined symbols whose names begin so, at most <paramref name="most"/> of them.</summary>
    public static Dictionary<string, ElfSymbol> FindByPrefix(ElfFile file, string prefix, int most)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(prefix);
        return Find(file, name => name.StartsWith(bytes), most);
    }

    private delegate bool NameFilter(ReadOnlySpan<byte> name);

    private static Dictionary<string, ElfSymbol> Find(ElfFile file, NameFilter filter, int most)
    {
        var found = new Dictionary<string, ElfSymbol>();
        Collect(file, ElfSection.DynamicSymbols, filter, most, found);
        Collect(file, ElfSection.SymbolTable, filter, most, found);
        return found;
    }

    private static void Collect(ElfFile file, uint tableType, NameFilter filter, int most, Dictionary<string, ElfSymbol> found)
    {
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type != tableType || found.Count >= most || section.Link >= (uint)file.Sections.Count)
                continue;
            if (file.ReadSection(section, MaxTableBytes, out byte[] table) != ElfStatus.Ok
                || file.ReadSection(file.Sections[(int)section.Link], MaxTableBytes, out byte[] names) != ElfStatus.Ok)
                continue;
            int whole = table.Length - (table.Length % Marshal.SizeOf<RawElfSymbol>());
            foreach (ref readonly RawElfSymbol symbol in MemoryMarshal.Cast<byte, RawElfSymbol>(table.AsSpan(0, whole)))
            {
                if (symbol.Section == UndefinedSection || symbol.Name >= (uint)names.Length)
                    continue;
                ReadOnlySpan<byte> name = NameAt(names, (int)symbol.Name);
                if (!filter(name) || found.Count >= most)
                    continue;
                string text = ControlText.Sanitize(name);
                found.TryAdd(text, new ElfSymbol(symbol.Value, (uint)Math.Min(symbol.Size, uint.MaxValue), text));
            }
        }
    }

    // Without the version: _PyRuntime@@Base in .symtab.
    private static ReadOnlySpan<byte> NameAt(byte[] names, int offset)
    {
        ReadOnlySpan<byte> name = names.AsSpan(offset);
        int end = name.IndexOf((byte)0);
        name = end < 0 ? name : name[..end];
        int version = name.IndexOf((byte)'@');
        return version > 0 ? name[..version] : name;
    }

    private static bool IsAny(byte[][] wanted, ReadOnlySpan<byte> name)
    {
        foreach (byte[] candidate in wanted)
        {
            if (name.SequenceEqual(candidate))
                return true;
        }

        return false;
    }
}
