// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Tracer.Linux;

namespace Tracer.Stacks.Python;

/// <summary>Reads objects of a Python process, each only when its type says that it is one.</summary>
internal sealed class PythonObjects(ITargetMemory memory, PythonOffsets offsets)
{
    private const int MaxTypes = 64;
    private const int MaxTypeName = 16;
    private const int MaxCharacters = 4096;

    private const int CompactFlag = 1 << 5;
    private const int AsciiFlag = 1 << 6;

    // Types are few and live as long as the interpreter.
    private readonly Dictionary<ulong, string> _types = [];

    /// <summary>The name of an object's type; empty when that cannot be read.</summary>
    internal string TypeOf(ulong address)
    {
        if (address == 0 || !memory.TryRead(unchecked(address + (ulong)offsets.ObjectType), out ulong type) || type == 0)
            return "";
        if (_types.TryGetValue(type, out string? known))
            return known;
        if (!memory.TryRead(unchecked(type + (ulong)offsets.TypeName), out ulong nameAddress))
            return "";
        Span<byte> buffer = stackalloc byte[MaxTypeName];
        ReadOnlySpan<byte> name = buffer[..memory.ReadSome(nameAddress, buffer)];
        int end = name.IndexOf((byte)0);
        // No type of interest has a longer name.
        string text = end < 0 ? "" : Encoding.Latin1.GetString(name[..end]);
        if (_types.Count >= MaxTypes)
            _types.Clear();
        _types.Add(type, text);
        return text;
    }

    /// <summary>Reads a str; false when it is none, is empty or too long.</summary>
    internal bool TryReadText(ulong address, out string text)
    {
        text = "";
        if (TypeOf(address) != "str" || !memory.TryRead(unchecked(address + (ulong)offsets.TextLength), out ulong length)
            || !memory.TryRead(unchecked(address + (ulong)offsets.TextState), out uint state) || length is 0 or > MaxCharacters)
            return false;

        // struct state: interned:2, kind:3, compact:1, ascii:1
        int width = (int)(state >> 2) & 7;
        bool isAscii = (state & AsciiFlag) != 0;
        if ((state & CompactFlag) == 0 || width is not (1 or 2 or 4) || (isAscii && width != 1))
            return false;
        var bytes = new byte[(int)length * width];
        if (!memory.TryRead(unchecked(address + (ulong)(isAscii ? offsets.TextAscii : offsets.TextWide)), bytes))
            return false;
        text = ControlText.Sanitize(Decode(bytes, width));
        return true;
    }

    /// <summary>Reads a bytes object; false when it is none or is longer than that.</summary>
    internal bool TryReadBytes(ulong address, int maxBytes, out byte[] content)
    {
        content = [];
        if (TypeOf(address) != "bytes" || !memory.TryRead(unchecked(address + (ulong)offsets.BytesLength), out ulong length)
            || length > (ulong)maxBytes)
            return false;
        content = new byte[length];
        return length == 0 || memory.TryRead(unchecked(address + (ulong)offsets.BytesData), content);
    }

    private static string Decode(ReadOnlySpan<byte> bytes, int width)
    {
        if (width == 1)
            return Encoding.Latin1.GetString(bytes);
        if (width == 2)
            return Encoding.Unicode.GetString(bytes);
        var text = new StringBuilder(bytes.Length / 4);
        for (int i = 0; i + 4 <= bytes.Length; i += 4)
        {
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]);
            text.Append((Rune.IsValid(value) ? new Rune(value) : Rune.ReplacementChar).ToString());
        }

        return text.ToString();
    }
}
