// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.DotNet;

/// <summary>
/// Reads the code-load records of a jit dump (linux/tools/perf/Documentation/jitdump-specification.txt): address, size and name; the machine code
/// in them is passed over. The file is the target's: sizes are checked, and what is cut off ends the reading.
/// </summary>
internal static class JitDumpReader
{
    private const uint Magic = 0x4A695444;
    private const int HeaderBytes = 40;
    private const int HeaderSizeOffset = 8;
    private const int RecordHeaderBytes = 16;
    private const int RecordSizeOffset = 4;
    private const uint CodeLoad = 0;
    private const int AddressOffset = 32;
    private const int CodeSizeOffset = 40;
    private const int NameOffset = 56;
    private const int WindowBytes = 64 * 1024;
    private const int NameWindow = 4096;
    private const int MaxRecords = 4 * 1024 * 1024;

    internal const long MaxBytes = 256 * 1024 * 1024;

    /// <summary>Reads bytes at an offset; 0 at the end.</summary>
    internal delegate int ReadAt(long offset, Span<byte> buffer);

    /// <summary>Adds all named code to a table.</summary>
    internal static DumpState Read(ReadAt file, CodeTableBuilder table)
    {
        var window = new byte[WindowBytes];
        int filled = Fill(file, 0, window);
        if (filled < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(window) != Magic)
            return DumpState.None;
        long windowStart = 0;
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(window.AsSpan(HeaderSizeOffset));
        if (offset < HeaderBytes)
            return DumpState.None;

        for (int record = 0; record < MaxRecords && offset < MaxBytes; record++)
        {
            // The head of a record with its name has to be inside the window.
            if (offset + NameOffset + NameWindow > windowStart + filled)
            {
                windowStart = offset;
                filled = Fill(file, offset, window);
            }

            ReadOnlySpan<byte> head = window.AsSpan((int)(offset - windowStart), (int)(windowStart + filled - offset));
            if (head.Length < RecordHeaderBytes)
                return head.Length == 0 && file(offset - 1, window.AsSpan(0, 1)) == 1 ? DumpState.Complete : DumpState.CutOff;
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(head[RecordSizeOffset..]);
            if (size < RecordHeaderBytes)
                break;
            if (BinaryPrimitives.ReadUInt32LittleEndian(head) == CodeLoad)
                Add(head.Length > size ? head[..(int)size] : head, table);
            offset += size;
        }

        return DumpState.CutOff;
    }

    private static void Add(ReadOnlySpan<byte> record, CodeTableBuilder table)
    {
        if (record.Length <= NameOffset)
            return;
        ReadOnlySpan<byte> name = record[NameOffset..];
        int end = name.IndexOf((byte)0);
        // Without its end the name is cut off, and the record with it.
        if (end > 0)
            table.Add(BinaryPrimitives.ReadUInt64LittleEndian(record[AddressOffset..]), BinaryPrimitives.ReadUInt64LittleEndian(record[CodeSizeOffset..]), name[..end]);
    }

    private static int Fill(ReadAt file, long offset, Span<byte> window)
    {
        int filled = 0;
        while (filled < window.Length)
        {
            int got = file(offset + filled, window[filled..]);
            if (got <= 0)
                break;
            filled += got;
        }

        return filled;
    }
}
