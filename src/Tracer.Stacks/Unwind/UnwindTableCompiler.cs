// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Linux.Elf;

namespace Tracer.Stacks.Unwind;

/// <summary>
/// Turns .eh_frame, which every x86-64 program carries for exceptions, into rows that the kernel side can search and follow. The file is hostile
/// until proven otherwise: time and memory are linear in the size of the section, and both have a bound.
/// </summary>
public static class UnwindTableCompiler
{
    private const ushort X64 = 62;

    /// <summary>Compiles the table of a file; null unless the result is Ok.</summary>
    public static UnwindTableStatus Compile(ElfFile file, out UnwindTable? table)
    {
        table = null;
        if (file.Machine != X64)
            return UnwindTableStatus.UnsupportedMachine;
        if (file.Source.Length > uint.MaxValue)
            return UnwindTableStatus.TooLarge;
        UnwindTableStatus status = FrameSection.Read(file, out FrameSection section);
        if (status != UnwindTableStatus.Ok)
            return status;
        var entries = new FrameEntryReader(section, new CodeSegments(file));
        status = entries.Read();
        return status == UnwindTableStatus.Ok ? Compile(section, entries, out table) : status;
    }

    private static UnwindTableStatus Compile(in FrameSection section, FrameEntryReader entries, out UnwindTable? table)
    {
        table = null;
        var rows = new UnwindRowList();
        var instructions = new FrameInstructions(section, rows);
        int functions = 0;
        foreach (ref readonly FunctionFrameEntry function in CollectionsMarshal.AsSpan(entries.Functions))
        {
            // Two descriptions of the same code: no linker makes them, and only one can be right.
            if (function.FileOffset < rows.End)
                continue;
            instructions.Run(function, entries.SharedOf(function));
            functions++;
            if (rows.IsFull)
                return UnwindTableStatus.TooLarge;
        }

        if (functions == 0)
            return section.Bytes.Length <= sizeof(uint) ? UnwindTableStatus.NoFrameInformation : UnwindTableStatus.Malformed;
        table = new UnwindTable(rows.ToArray(), functions, rows.Unsupported);
        return rows.IsFull ? UnwindTableStatus.TooLarge : UnwindTableStatus.Ok;
    }
}
