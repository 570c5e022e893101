// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Go;

/// <summary>
/// The table that every Go program carries for its own tracebacks (pclntab): function, file and line of each instruction. It comes from a target,
/// so each offset in it is checked at its use.
/// </summary>
internal sealed class GoLineTable
{
    private const int MaxTextBytes = 4096;

    private readonly byte[] _bytes;
    private readonly ulong _textStart;
    private readonly int _functions;
    private readonly uint _quantum;
    private readonly Part _names;
    private readonly Part _compilationUnits;
    private readonly Part _files;
    private readonly Part _values;
    private readonly Part _records;
    private readonly Part _index;

    private GoLineTable(byte[] bytes, GoTableFormat format, ulong textStart)
    {
        _bytes = bytes;
        Format = format;
        _textStart = textStart;
        _quantum = bytes[6];
        ulong functions = Word(0);
        _functions = (int)Math.Min(functions, int.MaxValue);
        var whole = new Part(0, bytes.Length);
        if (format.HasCompilationUnits)
        {
            int part = format.FirstPartWord;
            (_names, _compilationUnits, _files, _values, _records) = (PartAt(part), PartAt(part + 1), PartAt(part + 2), PartAt(part + 3), PartAt(part + 4));
            _index = _records;
        }
        else
        {
            (_names, _values, _records) = (whole, whole, whole);
            _index = new Part(GoTableFormat.WordOffset(1), bytes.Length);
            // The offset of the table of files follows the index.
            _files = ReadAt(_index, IndexBytes, out uint files) && files < bytes.Length ? new Part((int)files, bytes.Length) : default;
        }
    }

    internal GoTableFormat Format { get; }

    internal long MemoryBytes => _bytes.Length;

    private long IndexBytes => (((long)_functions * 2) + 1) * Format.AddressBytes;

    /// <summary>Takes the bytes of a table; null when they cannot be one.</summary>
    /// <param name="bytes">The table, and in a file without sections what follows it.</param>
    /// <param name="textStart">What functions are relative to, in versions where they are.</param>
    internal static GoLineTable? Parse(byte[] bytes, ulong textStart)
    {
        GoTableFormat? format = GoTableFormat.Of(bytes);
        if (format is null || bytes.Length < GoTableFormat.WordOffset(8))
            return null;
        var table = new GoLineTable(bytes, format, textStart);
        bool isSound = table._functions > 0 && table.IndexBytes <= table._index.Length
            && table.TryAddress(0, out ulong first) && table.TryAddress(table._functions, out ulong end) && first < end;
        return isSound ? table : null;
    }

    /// <summary>Finds the function that covers a linked address.</summary>
    internal bool TryFindFunction(ulong address, out GoFunction function)
    {
        function = default;
        int low = 0;
        int high = _functions;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (!TryAddress(middle, out ulong start))
                return false;
            if (start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        int found = low - 1;
        if (found < 0 || !TryAddress(found, out ulong begin) || !TryAddress(found + 1, out ulong end) || address < begin || address >= end
            || !TryRecord(found, out int record))
            return false;
        function = new GoFunction(begin, end, record);
        return true;
    }

    /// <summary>A 4-byte field of a function's record; 0 when it lies outside.</summary>
    internal uint FieldOf(in GoFunction function, int offset) => ReadAt(_records, function.Record + (long)offset, out uint value) ? value : 0;

    /// <summary>A byte of a function's record; 0 when it lies outside.</summary>
    internal byte ByteOf(in GoFunction function, int offset) => (byte)FieldOf(function, offset);

    /// <summary>A name by its offset among the names; empty when there is none.</summary>
    internal string NameAt(uint offset) => TextAt(_names, offset);

    /// <summary>True when a name begins at the offset: the byte before it ends another.</summary>
    internal bool IsName(uint offset) => offset > 0 && offset < _names.Length && _bytes[_names.Start + (int)offset - 1] == 0
        && _bytes[_names.Start + (int)offset] != 0;

    internal bool HasLines(in GoFunction function) => FieldOf(function, Format.LineTableOffset) != 0;

    /// <summary>Source file and line of an instruction.</summary>
    internal (string File, uint Line) PositionOf(in GoFunction function, ulong address, ref int steps)
    {
        int line = ValueAt(FieldOf(function, Format.LineTableOffset), function, address, ref steps);
        int file = ValueAt(FieldOf(function, Format.FileTableOffset), function, address, ref steps);
        return (file < 0 ? "" : FileAt(function, (uint)file), (uint)Math.Max(line, 0));
    }

    /// <summary>Walks a table of (value, length of code) pairs, each relative to the one before; -1 when it has no value for the address.</summary>
    internal int ValueAt(uint table, in GoFunction function, ulong address, ref int steps)
    {
        if (table == 0 || table >= _values.Length)
            return -1;
        var cursor = new ByteCursor(_bytes, _values.Start + (int)table, _bytes.Length);
        ulong place = function.Start;
        int value = -1;
        for (bool isFirst = true; steps > 0; isFirst = false, steps--)
        {
            uint delta = (uint)cursor.ReadUnsigned();
            if ((delta == 0 && !isFirst) || cursor.IsBroken)
                return -1;
            // The low bit is the sign.
            value = unchecked(value + (int)((delta & 1) != 0 ? ~(delta >> 1) : delta >> 1));
            place = unchecked(place + ((uint)cursor.ReadUnsigned() * (ulong)_quantum));
            if (address < place)
                return cursor.IsBroken ? -1 : value;
        }

        return -1;
    }

    private string FileAt(in GoFunction function, uint number)
    {
        if (!Format.HasCompilationUnits)
            return ReadAt(_files, number * (long)sizeof(uint), out uint place) ? TextAt(_names, place) : "";
        long entry = FieldOf(function, Format.CompilationUnitOffset) + (long)number;
        return ReadAt(_compilationUnits, entry * sizeof(uint), out uint offset) ? TextAt(_files, offset) : "";
    }

    private string TextAt(in Part part, uint offset)
    {
        if (offset >= part.Length)
            return "";
        ReadOnlySpan<byte> text = _bytes.AsSpan(part.Start + (int)offset);
        text = text[..Math.Min(text.Length, MaxTextBytes)];
        int end = text.IndexOf((byte)0);
        return end < 0 ? "" : ControlText.Sanitize(text[..end]);
    }

    private bool TryAddress(int function, out ulong address)
    {
        long offset = (long)function * 2 * Format.AddressBytes;
        address = 0;
        if (!ReadAt(_index, offset, out uint low))
            return false;
        if (Format.HasTextStart)
        {
            address = unchecked(_textStart + low);
            return true;
        }

        if (!ReadAt(_index, offset + sizeof(uint), out uint high))
            return false;
        address = low | ((ulong)high << 32);
        return true;
    }

    private bool TryRecord(int function, out int record)
    {
        bool isRead = ReadAt(_index, (((long)function * 2) + 1) * Format.AddressBytes, out uint offset);
        record = (int)Math.Min(offset, int.MaxValue);
        return isRead && record < _records.Length;
    }

    private ulong Word(int word) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(GoTableFormat.WordOffset(word)));

    private Part PartAt(int word) => new((int)Math.Min(Word(word), (ulong)_bytes.Length), _bytes.Length);

    private bool ReadAt(in Part part, long offset, out uint value)
    {
        value = 0;
        if (offset < 0 || offset > part.Length - (long)sizeof(uint))
            return false;
        value = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(part.Start + (int)offset));
        return true;
    }

    /// <summary>From a place in the table to its end: where a part ends is nowhere said.</summary>
    private readonly record struct Part(int Start, int End)
    {
        internal int Length => End - Start;
    }
}
