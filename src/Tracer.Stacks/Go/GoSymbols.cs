// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Go;

/// <summary>Names the code of a Go program, stripped or not: function, file, line and inlined calls. Uses the file, which must stay open. Any thread may ask.</summary>
internal sealed class GoSymbols
{
    private const int MaxInlined = 64;

    // Each step reads a byte or more of a table. The longest function of the standard library takes a few thousand.
    private const int MaxSteps = 2_000_000;

    private readonly GoLineTable _table;
    private readonly GoInlineTree _inlined;

    private GoSymbols(GoLineTable table, GoInlineTree inlined)
    {
        _table = table;
        _inlined = inlined;
    }

    /// <summary>Bytes of memory that this takes.</summary>
    internal long MemoryBytes => _table.MemoryBytes;

    /// <summary>Reads the tables of a file; null when it is no Go program.</summary>
    internal static GoSymbols? Open(ElfFile file)
    {
        if (GoTableImage.Find(file) is not { } image || GoTableFormat.Of(image.Bytes) is not { } format)
            return null;
        var addresses = new GoAddressSpace(file);
        GoModule module = default;
        if (format.HasTextStart)
            module = GoModule.Find(file, addresses, image, format) ?? default;
        GoLineTable? table = GoLineTable.Parse(image.Bytes, module.TextStart != 0 ? module.TextStart : TextStartOf(image, format, addresses));
        return table is null ? null : new GoSymbols(table, new GoInlineTree(table, addresses, module.FunctionData));
    }

    /// <summary>Names a linked address inside an instruction, for a caller inside its call. The innermost inlined call comes first.</summary>
    internal bool TryFind(ulong linkedAddress, List<CodeFrame> frames, out ulong functionStart)
    {
        functionStart = 0;
        if (!_table.TryFindFunction(linkedAddress, out GoFunction function))
            return false;
        string name = _table.NameAt(_table.FieldOf(function, _table.Format.NameOffset));
        if (name.Length == 0)
            return false;
        functionStart = function.Start;
        int steps = MaxSteps;
        ulong address = linkedAddress;
        for (int depth = 0; depth < MaxInlined && _inlined.TryFind(function, address, ref steps, out string inlined, out ulong callAddress); depth++)
        {
            frames.Add(FrameOf(inlined, function, address, ref steps, isInlined: true));
            address = callAddress;
        }

        frames.Add(FrameOf(name, function, address, ref steps, isInlined: false));
        return true;
    }

    private CodeFrame FrameOf(string name, in GoFunction function, ulong address, ref int steps, bool isInlined)
    {
        (string file, uint line) = _table.PositionOf(function, address, ref steps);
        // C code that Go's linker put into the program has a name here, but no lines.
        return new CodeFrame(name, file, line, _table.HasLines(function) ? FrameKind.Go : FrameKind.Native, isInlined);
    }

    // Before 1.26 the header has it too.
    private static ulong TextStartOf(in GoTableImage image, GoTableFormat format, GoAddressSpace addresses)
    {
        const int textStartWord = 2;
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        return format.HasTextStart && addresses.TryReadRelocated(image.Address + (ulong)GoTableFormat.WordOffset(textStartWord), word)
            ? BinaryPrimitives.ReadUInt64LittleEndian(word)
            : 0;
    }
}
