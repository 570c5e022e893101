// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Tracer.Stacks.Go;

/// <summary>
/// What changed between the versions of the runtime's table of functions and lines. Facts of runtime/symtab.go, runtime/runtime2.go (_func) and
/// debug/gosym of the named Go releases.
/// </summary>
internal sealed class GoTableFormat
{
    private const int PointerBytes = 8;
    private const int FixedHeaderBytes = 8;

    // The record of a function begins with its address, then come 4-byte fields in the same order in every version.
    private const int NameField = 0;
    private const int FileTableField = 4;
    private const int LineTableField = 5;
    private const int DataTableCountField = 6;
    private const int CompilationUnitField = 7;

    private GoTableFormat()
    {
    }

    /// <summary>Bytes of a function's address: since 1.18 four, relative to the begin of the text.</summary>
    internal int AddressBytes { get; private init; } = PointerBytes;

    /// <summary>Word of the header from where the offsets of the parts are; -1 when there are none and all is relative to the header (1.2 to 1.15).</summary>
    internal int FirstPartWord { get; private init; } = -1;

    /// <summary>Before 1.16 a file number is global; since then it is one of the compilation unit.</summary>
    internal bool HasCompilationUnits => FirstPartWord >= 0;

    internal bool HasTextStart => AddressBytes != PointerBytes;

    /// <summary>Where moduledata has the address that funcdata is relative to, in words; 0: funcdata are addresses.</summary>
    internal int FunctionDataWord { get; private init; }

    /// <summary>Since 1.26 the end of the table follows in moduledata, and tells where in case the place moved.</summary>
    internal bool HasTableEndInModule { get; private init; }

    /// <summary>Bytes of an inlined call; 0 when it is not known how this version has them.</summary>
    internal int InlinedCallBytes { get; private init; }

    internal int InlinedName { get; private init; }

    internal int InlinedParentPc { get; private init; }

    internal int NameOffset => Field(NameField);

    internal int FileTableOffset => Field(FileTableField);

    internal int LineTableOffset => Field(LineTableField);

    internal int DataTableCountOffset => Field(DataTableCountField);

    internal int CompilationUnitOffset => Field(CompilationUnitField);

    /// <summary>Since 1.20 the line of the func keyword is between.</summary>
    internal int DataTablesOffset { get; private init; }

    private static GoTableFormat Go12 { get; } = new() { DataTablesOffset = 40 };

    private static GoTableFormat Go116 { get; } = new()
    {
        FirstPartWord = 2,
        DataTablesOffset = 44,
        InlinedCallBytes = 20,
        InlinedName = 12,
        InlinedParentPc = 16,
    };

    private static GoTableFormat Go118 { get; } = new()
    {
        AddressBytes = 4,
        FirstPartWord = 3,
        FunctionDataWord = 38,
        DataTablesOffset = 40,
        InlinedCallBytes = 20,
        InlinedName = 12,
        InlinedParentPc = 16,
    };

    private static GoTableFormat Go120 { get; } = new()
    {
        AddressBytes = 4,
        FirstPartWord = 3,
        FunctionDataWord = 40,
        HasTableEndInModule = true,
        DataTablesOffset = 44,
        InlinedCallBytes = 16,
        InlinedName = 4,
        InlinedParentPc = 8,
    };

    /// <summary>Knows the version by the header's magic number; null when this is no header of a 64-bit little-endian program.</summary>
    internal static GoTableFormat? Of(ReadOnlySpan<byte> header)
    {
        if (header.Length < FixedHeaderBytes || header[4] != 0 || header[5] != 0 || header[6] is not (1 or 2 or 4) || header[7] != PointerBytes)
            return null;
        return BinaryPrimitives.ReadUInt32LittleEndian(header) switch
        {
            0xfffffffb => Go12,
            0xfffffffa => Go116,
            0xfffffff0 => Go118,
            0xfffffff1 => Go120,
            _ => null,
        };
    }

    /// <summary>Offset of a word of the header.</summary>
    internal static int WordOffset(int word) => FixedHeaderBytes + (word * PointerBytes);

    private int Field(int index) => AddressBytes + (index * sizeof(uint));
}
