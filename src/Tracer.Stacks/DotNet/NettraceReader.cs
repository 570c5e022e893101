// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// Reads just the methods out of a stream of runtime events (microsoft/perfview, src/TraceEvent/EventPipe/NetTraceFormat_v5.md; version 4 is what
/// runtimes send). The stream is the target's: every length is checked, and memory and bytes are bounded.
/// </summary>
internal sealed class NettraceReader(NettraceReader.ReadSome source, CodeTableBuilder table)
{
    internal const string Provider = "Microsoft-Windows-DotNETRuntimeRundown";

    private const byte NullReference = 1;
    private const byte BeginObject = 5;
    private const byte EndObject = 6;
    private const int MaxTypeName = 64;
    private const int TraceObjectBytes = 48;
    private const int MaxBlockBytes = 8 * 1024 * 1024;
    private const long MaxStreamBytes = 512L * 1024 * 1024;
    private const uint MethodDcEndVerbose = 144;
    private const int MaxMetadata = 4096;

    private readonly HashSet<uint> _methodEvents = [];
    private byte[] _block = [];
    private long _position;

    /// <summary>Reads what there is, waiting for it; 0 at the end.</summary>
    internal delegate int ReadSome(Span<byte> buffer);

    private static ReadOnlySpan<byte> Magic => "Nettrace\u0014\0\0\0!FastSerialization.1"u8;

    /// <summary>Adds all methods to the table; false when the stream breaks off or is none.</summary>
    internal bool Read()
    {
        Span<byte> magic = stackalloc byte[Magic.Length];
        if (!ReadAll(magic) || !magic.SequenceEqual(Magic))
            return false;
        Span<byte> tag = stackalloc byte[1];
        while (_position < MaxStreamBytes && ReadAll(tag))
        {
            if (tag[0] == NullReference)
                return true;
            if (tag[0] != BeginObject || !ReadObject())
                return false;
        }

        return false;
    }

    private bool ReadObject()
    {
        // Begin of the type, no type of the type, version, least reader version, length of the name.
        Span<byte> head = stackalloc byte[14];
        if (!ReadAll(head) || head[0] != BeginObject || head[1] != NullReference)
            return false;
        int nameBytes = BinaryPrimitives.ReadInt32LittleEndian(head[10..]);
        if (nameBytes is <= 0 or > MaxTypeName)
            return false;
        Span<byte> name = stackalloc byte[MaxTypeName];
        name = name[..nameBytes];
        Span<byte> end = stackalloc byte[1];
        if (!ReadAll(name) || !ReadAll(end) || end[0] != EndObject)
            return false;
        return (name.SequenceEqual("Trace"u8) ? Skip(TraceObjectBytes) : ReadBlock(name)) && ReadAll(end) && end[0] == EndObject;
    }

    private bool ReadBlock(ReadOnlySpan<byte> type)
    {
        Span<byte> size = stackalloc byte[sizeof(int)];
        if (!ReadAll(size))
            return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(size);
        int padding = (int)(-_position & 3);
        if (length is < 0 or > MaxBlockBytes || !Skip(padding))
            return false;
        bool isMetadata = type.SequenceEqual("MetadataBlock"u8);
        if (!isMetadata && !type.SequenceEqual("EventBlock"u8))
            return Skip(length);
        if (_block.Length < length)
            _block = new byte[length];
        if (!ReadAll(_block.AsSpan(0, length)))
            return false;

        var events = new NettraceEvents(_block.AsSpan(0, length));
        while (events.TryNext(out uint metadata, out ReadOnlySpan<byte> payload))
        {
            if (isMetadata)
                Define(payload);
            else if (_methodEvents.Contains(metadata))
                AddMethod(payload);
        }

        return true;
    }

    // Metadata: id, provider, number of the event, ...
    private void Define(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < sizeof(uint))
            return;
        uint id = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        payload = payload[sizeof(uint)..];
        if (!TryText(ref payload, out ReadOnlySpan<byte> provider) || payload.Length < sizeof(uint))
            return;
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload) == MethodDcEndVerbose && _methodEvents.Count < MaxMetadata
            && provider.SequenceEqual(Encoding.Unicode.GetBytes(Provider)))
            _methodEvents.Add(id);
    }

    // MethodDCEndVerbose: method u64, module u64, address u64, size u32, token u32, flags u32, namespace, name, signature, ...
    private void AddMethod(ReadOnlySpan<byte> payload)
    {
        const int addressOffset = 16;
        const int sizeOffset = 24;
        const int namespaceOffset = 36;
        const int maxName = 1024;
        if (payload.Length < namespaceOffset)
            return;
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(payload[addressOffset..]);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(payload[sizeOffset..]);
        ReadOnlySpan<byte> texts = payload[namespaceOffset..];
        if (!TryText(ref texts, out ReadOnlySpan<byte> type) || !TryText(ref texts, out ReadOnlySpan<byte> name) || type.Length > maxName || name.Length > maxName)
            return;
        // In the form of a jit dump's names.
        table.Add(address, size, Encoding.UTF8.GetBytes($"[] {Encoding.Unicode.GetString(type)}::{Encoding.Unicode.GetString(name)}()"));
    }

    private static bool TryText(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            if (bytes[i] != 0 || bytes[i + 1] != 0)
                continue;
            text = bytes[..i];
            bytes = bytes[(i + 2)..];
            return true;
        }

        return false;
    }

    private bool Skip(int count)
    {
        Span<byte> rest = stackalloc byte[4096];
        while (count > 0)
        {
            int part = Math.Min(count, rest.Length);
            if (!ReadAll(rest[..part]))
                return false;
            count -= part;
        }

        return true;
    }

    private bool ReadAll(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int got = source(buffer);
            if (got <= 0)
                return false;
            _position += got;
            buffer = buffer[got..];
        }

        return true;
    }
}
