// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>
/// The functions of a file in address order. Names stay in the file and are read when asked for, so the table is useful as long as the file it
/// came from is open. Immutable.
/// </summary>
public sealed class ElfSymbolTable
{
    private const int MaxNameBytes = 4096;
    private const int MaxAliases = 32;
    private const int MaxStepsBack = 64;

    private readonly ElfSource? _source;
    private readonly ulong _namesOffset;
    private readonly ulong _namesSize;
    private readonly ElfFunction[] _functions;

    internal ElfSymbolTable(ElfSource? source, ulong namesOffset, ulong namesSize, ElfFunction[] sortedFunctions)
    {
        _source = source;
        _namesOffset = namesOffset;
        _namesSize = namesSize;
        _functions = sortedFunctions;
    }

    public static ElfSymbolTable Empty { get; } = new(null, 0, 0, []);

    public int Count => _functions.Length;

    /// <summary>Bytes of memory the table takes.</summary>
    public long MemoryBytes => _functions.LongLength * 16;

    /// <summary>
    /// Finds the innermost function that covers a linked address. Of several names for it the one a programmer would use: exported before
    /// local, then with fewer leading underscores.
    /// </summary>
    public bool TryFind(ulong address, out ElfSymbol symbol)
    {
        symbol = default;
        int index = LastAtOrBefore(address);
        // Functions may enclose others, and parts of them; beyond a few steps the table is more likely hostile than nested.
        for (int steps = 0; index >= 0 && steps < MaxStepsBack; index--, steps++)
        {
            if (_functions[index].Covers(address))
                return TryBestName(index, address, out symbol);
        }

        return false;
    }

    private int LastAtOrBefore(ulong address)
    {
        int low = 0;
        int high = _functions.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (_functions[middle].Address <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private bool TryBestName(int last, ulong address, out ElfSymbol symbol)
    {
        symbol = default;
        int bestRank = int.MaxValue;
        ulong start = _functions[last].Address;
        for (int index = last; index >= 0 && last - index < MaxAliases && _functions[index].Address == start; index--)
        {
            ElfFunction function = _functions[index];
            if (!function.Covers(address))
                continue;
            string name = ReadName(function.Name);
            int rank = Rank(function, name);
            if (name.Length == 0 || rank > bestRank
                || (rank == bestRank && string.CompareOrdinal(name, symbol.Name) > 0))
                continue;
            bestRank = rank;
            symbol = new ElfSymbol(start, function.Size, name);
        }

        return symbol.Name is not null;
    }

    private static int Rank(in ElfFunction function, string name)
    {
        const int localPenalty = 1000;
        // "_Z" starts every C++ name and says nothing about how private it is.
        int underscores = name.StartsWith("_Z", StringComparison.Ordinal) ? 0 : name.Length - name.AsSpan().TrimStart('_').Length;
        return (function.IsLocal ? localPenalty : 0) + Math.Min(underscores, localPenalty - 1);
    }

    private string ReadName(uint offset)
    {
        if (_source is null || offset >= _namesSize || !_source.IsUnchanged())
            return "";
        Span<byte> buffer = stackalloc byte[MaxNameBytes];
        int wanted = (int)Math.Min(MaxNameBytes, _namesSize - offset);
        int length = unchecked(_namesOffset + offset) < _namesOffset ? 0 : _source.ReadSome(_namesOffset + offset, buffer[..wanted]);
        ReadOnlySpan<byte> name = buffer[..length];
        int end = name.IndexOf((byte)0);
        if (end >= 0)
            name = name[..end];
        // A symbol table in .symtab carries the version with the name: read@@GLIBC_2.2.5.
        int version = name.IndexOf((byte)'@');
        return ControlText.Sanitize(version > 0 ? name[..version] : name);
    }
}
