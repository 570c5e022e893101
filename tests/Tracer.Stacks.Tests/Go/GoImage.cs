// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;

namespace Tracer.Stacks.Tests.Go;

/// <summary>
/// Builds a small Go program's tables in the layout of a version. main.caller is at 0x401000 (256 bytes, caller.go, line 10); from 64 to 128 there is
/// main.leaf inlined (leaf.go, line 5; called in line 12, whose instruction is at 48). main.next follows, without lines.
/// </summary>
internal sealed class GoImage
{
    internal const ulong Caller = 0x401000;
    internal const ulong Next = 0x401100;

    private const int CodeOffset = 0x1000;
    private const int TableOffset = 0x2000;
    private const ulong TableAddress = 0x402000;
    private const int TreeOffset = 0x2800;
    private const int ModuleOffset = 0x3100;
    private const ulong Linked = 0x400000;

    private const int Names = 0x60;
    private const int Units = 0xa0;
    private const int Files = 0xb0;
    private const int Values = 0xd0;
    private const int Records = 0x140;

    private readonly byte[] _image = new byte[0x4000];
    private readonly uint _magic;
    private readonly bool _isRelative;

    private GoImage(uint magic)
    {
        _magic = magic;
        _isRelative = magic is 0xfffffff0 or 0xfffffff1;
    }

    private Span<byte> Table => _image.AsSpan(TableOffset, 0x800);

    /// <summary>Builds the image.</summary>
    /// <param name="magic">The version.</param>
    /// <param name="hasTextStart">The header has the begin of the text, as before 1.26.</param>
    /// <param name="functionDataWord">Where moduledata says where inline trees are.</param>
    internal static byte[] Build(uint magic, bool hasTextStart = true, int functionDataWord = 38)
    {
        var image = new GoImage(magic);
        image.WriteHeaders();
        image.WriteTableHeader(hasTextStart);
        image.WriteTexts();
        image.WriteFunctions();
        image.WriteTree();
        image.WriteModule(functionDataWord);
        return image._image;
    }

    private void WriteHeaders()
    {
        byte[] ident = [0x7f, .. "ELF"u8, 2, 1, 1];
        ident.CopyTo(_image, 0);
        Put16(16, 2);
        Put16(18, 62);
        Put64(32, 64);
        foreach ((int offset, ushort value) in new (int, ushort)[] { (52, 64), (54, 56), (56, 3), (58, 64) })
            Put16(offset, value);
        for (int i = 0; i < 3; i++)
        {
            int header = 64 + (i * 56);
            ulong offset = (ulong)(CodeOffset * (i + 1));
            Put32(header, 1);
            Put32(header + 4, (uint[])[5, 4, 6] is var flags ? flags[i] : 0);
            foreach ((int field, ulong value) in new (int, ulong)[] { (8, offset), (16, Linked + offset), (24, Linked + offset), (32, 0x1000), (40, 0x1000) })
                Put64(header + field, value);
        }
    }

    private void WriteTableHeader(bool hasTextStart)
    {
        Put32(TableOffset, _magic);
        _image[TableOffset + 6] = 1;
        _image[TableOffset + 7] = 8;
        List<ulong> words = _magic == 0xfffffffb ? [2] : [2, 2];
        if (_isRelative)
            words.Add(hasTextStart ? Caller : 0);
        if (_magic != 0xfffffffb)
            words.AddRange([Names, Units, Files, Values, Records]);
        for (int i = 0; i < words.Count; i++)
            Put64(TableOffset + 8 + (i * 8), words[i]);
    }

    private void WriteTexts()
    {
        Encoding.ASCII.GetBytes("\0main.caller\0main.leaf\0main.next\0").CopyTo(Table[Names..]);
        Encoding.ASCII.GetBytes("caller.go\0leaf.go\0").CopyTo(Table[Files..]);
        // Before 1.16: offsets of the texts by a number that counts from 1, behind their count.
        uint[] units = _magic == 0xfffffffb ? [3, Files, Files + 10] : [0, 10];
        for (int i = 0; i < units.Length; i++)
            Put32(TableOffset + Units + (i * 4), units[i]);
    }

    private void WriteFunctions()
    {
        bool isGlobal = _magic == 0xfffffffb;
        int firstFile = isGlobal ? 1 : 0;
        uint values = (uint)(isGlobal ? Values : 0);
        PutValues(1, (firstFile, 64), (firstFile + 1, 64), (firstFile, 128));
        PutValues(16, (10, 32), (12, 32), (5, 64), (13, 128));
        PutValues(32, (-1, 64), (0, 64), (-1, 128));
        int first = isGlobal ? 0x150 : 0x40;
        int second = first + 0x80;
        int index = isGlobal ? 16 : Records;
        ulong[] entries = [Caller, (ulong)first, Next, (ulong)second, Next + 0x100];
        for (int i = 0; i < entries.Length; i++)
        {
            if (_isRelative)
                Put32(TableOffset + index + (i * 4), (uint)(i % 2 == 0 ? entries[i] - Caller : entries[i]));
            else
                Put64(TableOffset + index + (i * 8), entries[i]);
        }

        if (isGlobal)
            Put32(TableOffset + index + 40, Units);
        int record = TableOffset + (isGlobal ? 0 : Records);
        uint names = isGlobal ? Names : 0u;
        WriteRecord(record + first, Caller, names + 1, values + 1, values + 16, values + 32);
        WriteRecord(record + second, Next, names + 23, 0, 0, 0);
    }

    private void WriteRecord(int place, ulong address, uint name, uint files, uint lines, uint calls)
    {
        int fields = place + (_isRelative ? 4 : 8);
        if (_isRelative)
            Put32(place, (uint)(address - Caller));
        else
            Put64(place, address);
        Put32(fields, name);
        Put32(fields + 16, files);
        Put32(fields + 20, lines);
        Put32(fields + 24, 3);
        // The compilation unit is 0; the number of funcdata is the last byte before the data tables.
        int tables = fields + (_magic switch { 0xfffffffb => 32, 0xfffffff1 => 40, _ => 36 });
        _image[tables - 1] = 4;
        Put32(tables + 8, calls);
        int data = tables + 12;
        if (_isRelative)
        {
            for (int i = 0; i < 4; i++)
                Put32(data + (i * 4), i == 3 && calls != 0 ? 0x10 : uint.MaxValue);
        }
        else
            Put64(((data + 7) & ~7) + 24, calls == 0 ? 0 : Linked + TreeOffset + 0x10);
    }

    private void WriteTree()
    {
        int call = TreeOffset + 0x10;
        (int name, int pc) = _magic == 0xfffffff1 ? (4, 8) : (12, 16);
        Put32(call + name, 13);
        Put32(call + pc, 48);
    }

    private void WriteModule(int functionDataWord)
    {
        Put64(ModuleOffset, TableAddress);
        Put64(ModuleOffset + 8, TableAddress + Names);
        Put64(ModuleOffset + (22 * 8), Caller);
        Put64(ModuleOffset + (functionDataWord * 8), Linked + TreeOffset);
        // Since 1.26 the end of the table follows; without sections that of the segment stands for it.
        Put64(ModuleOffset + ((functionDataWord + 1) * 8), TableAddress + 0x1000);
    }

    // Pairs of value and length, as differences with the sign in the low bit.
    private void PutValues(int offset, params (int Value, byte Length)[] pairs)
    {
        int last = -1;
        foreach ((int value, byte length) in pairs)
        {
            int delta = value - last;
            Table[Values + offset++] = (byte)(delta < 0 ? (~delta << 1) | 1 : delta << 1);
            if (length >= 0x80)
                Table[Values + offset++] = (byte)(length | 0x80);
            Table[Values + offset++] = (byte)(length < 0x80 ? length : length >> 7);
            last = value;
        }
    }

    private void Put16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_image.AsSpan(offset), value);

    private void Put32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_image.AsSpan(offset), value);

    private void Put64(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_image.AsSpan(offset), value);
}
