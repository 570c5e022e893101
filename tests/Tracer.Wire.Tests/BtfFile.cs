// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;

namespace Tracer.Wire.Tests;

internal sealed record BtfMember(string Name, int OffsetBits, int SizeBytes);

internal sealed record BtfStruct(string Name, int SizeBytes, IReadOnlyList<BtfMember> Members);

internal sealed record BtfEnum(string Name, IReadOnlyDictionary<string, long> Values);

/// <summary>The structs and enums that an object file describes (Documentation/bpf/btf.rst). Little-endian objects only.</summary>
internal sealed class BtfFile
{
    private enum Kind { Int = 1, Ptr, Array, Struct, Union, Enum, Fwd, Typedef, Volatile, Const, Restrict, Func, FuncProto, Var, DataSec, Float }

    private sealed record RawType(string Name, Kind Kind, int Count, int SizeOrType, int BodyOffset);

    private const int CommonSize = 12;

    private readonly List<RawType> _types = [new("void", Kind.Fwd, 0, 0, 0)];
    private readonly byte[] _btf;
    private readonly int _strings;

    public BtfFile(string objectPath)
    {
        _btf = ReadSection(File.ReadAllBytes(objectPath), ".BTF");
        if (U16(0) != 0xeb9f)
            throw new InvalidDataException("not little-endian BTF");
        int headerSize = I32(4);
        _strings = headerSize + I32(16);
        int position = headerSize + I32(8);
        int end = position + I32(12);
        while (position < end)
            position = ReadType(position);
        Structs = _types.Where(type => type.Kind == Kind.Struct).Select(ToStruct).ToDictionary(type => type.Name);
        Enums = _types.Where(type => type.Kind == Kind.Enum).Select(ToEnum).ToDictionary(type => type.Name);
    }

    public IReadOnlyDictionary<string, BtfStruct> Structs { get; }

    public IReadOnlyDictionary<string, BtfEnum> Enums { get; }

    private int ReadType(int position)
    {
        int info = I32(position + 4);
        RawType type = new(Text(I32(position)), (Kind)(info >> 24 & 0x1f), info & 0xffff, I32(position + 8), position + CommonSize);
        _types.Add(type);
        return type.BodyOffset + type.Kind switch
        {
            Kind.Int or Kind.Var => 4,
            Kind.Array => 12,
            Kind.Struct or Kind.Union or Kind.DataSec => 12 * type.Count,
            Kind.Enum or Kind.FuncProto => 8 * type.Count,
            >= Kind.Ptr and <= Kind.Float => 0,
            _ => throw new InvalidDataException($"BTF kind {type.Kind} is new here"),
        };
    }

    private BtfStruct ToStruct(RawType type) => new(type.Name, type.SizeOrType, [.. Enumerable.Range(0, type.Count).Select(index =>
    {
        int at = type.BodyOffset + 12 * index;
        return new BtfMember(Text(I32(at)), I32(at + 8), SizeOf(I32(at + 4)));
    })]);

    private BtfEnum ToEnum(RawType type) => new(type.Name, Enumerable.Range(0, type.Count)
        .ToDictionary(index => Text(I32(type.BodyOffset + 8 * index)), index => (long)I32(type.BodyOffset + 8 * index + 4)));

    private int SizeOf(int typeId)
    {
        RawType type = _types[typeId];
        return type.Kind switch
        {
            Kind.Int or Kind.Struct or Kind.Union or Kind.Enum => type.SizeOrType,
            Kind.Typedef or Kind.Const or Kind.Volatile => SizeOf(type.SizeOrType),
            Kind.Array => SizeOf(I32(type.BodyOffset)) * I32(type.BodyOffset + 8),
            _ => throw new InvalidDataException($"a wire struct cannot hold a {type.Kind}"),
        };
    }

    private static byte[] ReadSection(byte[] elf, string wanted)
    {
        const int headerSize = 64;
        ReadOnlySpan<byte> file = elf;
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[0x28..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[0x3c..]);
        int namesAt = Offset(file, BinaryPrimitives.ReadUInt16LittleEndian(file[0x3e..]));
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> name = file[(namesAt + BinaryPrimitives.ReadInt32LittleEndian(file[(table + headerSize * index)..]))..];
            if (Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]) != wanted)
                continue;
            int size = (int)BinaryPrimitives.ReadUInt64LittleEndian(file[(table + headerSize * index + 0x20)..]);
            return file.Slice(Offset(file, index), size).ToArray();
        }
        throw new InvalidDataException($"no section {wanted}");

        int Offset(ReadOnlySpan<byte> bytes, int section) =>
            (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes[(table + headerSize * section + 0x18)..]);
    }

    private string Text(int offset)
    {
        ReadOnlySpan<byte> text = _btf.AsSpan(_strings + offset);
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
    }

    private int I32(int offset) => BinaryPrimitives.ReadInt32LittleEndian(_btf.AsSpan(offset));

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_btf.AsSpan(offset));
}
