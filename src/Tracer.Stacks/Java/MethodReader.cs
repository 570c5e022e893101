// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux;

namespace Tracer.Stacks.Java;

/// <summary>Names methods: Method -> ConstMethod -> ConstantPool -> Symbol. Keeps what it found, and checks it at each use.</summary>
internal sealed class MethodReader(VmMemory memory, MethodLayout layout, LineTable lines)
{
    private const int MaxKnown = 16384;
    private const int MaxNameBytes = 512;
    private const int MaxLineBytes = 256 * 1024;
    private const string HiddenClassMark = "+0x";

    private readonly Dictionary<ulong, JavaMethod> _known = [];
    private readonly byte[] _record = new byte[512];

    /// <summary>The method at an address; null when that memory makes no sense.</summary>
    internal JavaMethod? Find(ulong method)
    {
        if (!memory.TryReadPointer(unchecked(method + (ulong)layout.ConstMethod.Offset), out ulong constMethod))
            return null;
        Span<byte> header = _record.AsSpan(0, Math.Min(layout.ConstMethodBytes, _record.Length));
        if (!memory.TryRead(constMethod, header))
            return null;
        // A class may be unloaded and its memory given to another one.
        if (_known.TryGetValue(method, out JavaMethod? known) && known.ConstMethod == constMethod && header.SequenceEqual(known.Header))
            return known;
        known = Read(constMethod, header.ToArray());
        if (known is null)
            return null;
        if (_known.Count >= MaxKnown)
            _known.Clear();
        _known[method] = known;
        return known;
    }

    /// <summary>The source line of a bytecode; 0 when it is not known.</summary>
    internal uint LineOf(JavaMethod method, int bytecode)
    {
        if (method.LineBytes == 0 || bytecode < 0 || bytecode >= method.CodeSize)
            return 0;
        var table = new byte[method.LineBytes];
        int length = memory.ReadSome(method.Code + method.CodeSize, table);
        return lines.Find(table.AsSpan(0, length), bytecode);
    }

    private JavaMethod? Read(ulong constMethod, byte[] header)
    {
        ulong pool = layout.Constants.Read(header);
        var poolHeader = new byte[layout.PoolBytes];
        if (!memory.TryRead(pool, poolHeader))
            return null;
        uint poolLength = (uint)layout.PoolLength.Read(poolHeader);
        ulong holder = layout.PoolHolder.Read(poolHeader);
        string name = SymbolIn(pool, poolLength, layout.NameIndex.Read(header));
        if (name.Length == 0 || !memory.TryReadPointer(unchecked(holder + (ulong)layout.ClassName.Offset), out ulong className))
            return null;
        string type = SymbolAt(className);
        if (type.Length == 0)
            return null;

        uint codeSize = (uint)layout.CodeSize.Read(header);
        long total = (long)(uint)layout.ConstMethodWords.Read(header) * sizeof(ulong);
        bool hasLines = layout.Flags is { } flags && (flags.Read(header) & layout.HasLines) != 0;
        long lineBytes = hasLines ? Math.Clamp(total - layout.ConstMethodBytes - codeSize, 0, MaxLineBytes) : 0;
        ulong code = unchecked(constMethod + (ulong)layout.ConstMethodBytes);
        string file = SymbolIn(pool, poolLength, SourceFileIndex(poolHeader, holder));
        return new JavaMethod(constMethod, header, $"{Dotted(type)}.{name}", file, code, codeSize, (int)lineBytes);
    }

    private ulong SourceFileIndex(ReadOnlySpan<byte> poolHeader, ulong holder)
    {
        if (layout.PoolSourceFile is { } inPool)
            return inPool.Read(poolHeader);
        Span<byte> index = stackalloc byte[sizeof(ushort)];
        return layout.ClassSourceFile is { } inClass && memory.TryRead(unchecked(holder + (ulong)inClass.Offset), index)
            ? (ulong)(index[0] | (index[1] << 8))
            : 0;
    }

    private string SymbolIn(ulong pool, uint poolLength, ulong index)
    {
        if (index == 0 || index >= poolLength
            || !memory.TryReadPointer(unchecked(pool + (ulong)layout.PoolBytes + (index * sizeof(ulong))), out ulong symbol))
            return "";
        return SymbolAt(symbol);
    }

    private string SymbolAt(ulong symbol)
    {
        Span<byte> record = stackalloc byte[MaxNameBytes + 64];
        record = record[..memory.ReadSome(symbol, record)];
        int begin = layout.SymbolBody.Offset;
        int length = (int)Math.Min(layout.SymbolLength.Read(record), MaxNameBytes);
        return length == 0 || begin + length > record.Length ? "" : ControlText.Sanitize(record.Slice(begin, length));
    }

    // A hidden class is Type+0x0000... inside and Type/0x0000... in what Java prints.
    private static string Dotted(string internalName)
    {
        string dotted = internalName.Replace('/', '.');
        int hidden = dotted.LastIndexOf(HiddenClassMark, StringComparison.Ordinal);
        return hidden < 0 ? dotted : string.Concat(dotted.AsSpan(0, hidden), "/", dotted.AsSpan(hidden + 1));
    }
}
