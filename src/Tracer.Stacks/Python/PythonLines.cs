// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Python;

/// <summary>
/// Decodes the line tables of CPython, as Objects/lnotab_notes.txt (3.8 to 3.10) and Objects/locations.md (3.11 on) describe them.
/// </summary>
internal static class PythonLines
{
    private const int CodeUnit = 2;

    private const sbyte NoLineStep = -128;
    private const int FirstOneLineCode = 10;
    private const int NoColumnsCode = 13;
    private const int LongCode = 14;
    private const int NoLocationCode = 15;

    /// <summary>Finds the line of an instruction by its byte offset in the code.</summary>
    /// <param name="line">0: the instruction belongs to no line.</param>
    /// <returns>False when the table does not cover the instruction, or makes no sense.</returns>
    internal static bool TryFind(PythonLineFormat format, ReadOnlySpan<byte> table, int firstLine, int offset, out uint line)
    {
        // Not started yet: nothing but the head of the function.
        if (offset < 0)
        {
            line = ToLine(firstLine);
            return true;
        }

        return format switch
        {
            PythonLineFormat.Steps => TryFindInSteps(table, firstLine, offset, out line),
            PythonLineFormat.Ranges => TryFindInRanges(table, firstLine, offset, out line),
            _ => TryFindInLocations(table, firstLine, offset, out line),
        };
    }

    // The table has no end of the last line, so it covers everything behind.
    private static bool TryFindInSteps(ReadOnlySpan<byte> table, int firstLine, int offset, out uint line)
    {
        int found = firstLine;
        int start = 0;
        for (int i = 0; i + 1 < table.Length; i += 2)
        {
            start += table[i];
            if (start > offset)
                break;
            found += (sbyte)table[i + 1];
        }

        line = ToLine(found);
        return true;
    }

    private static bool TryFindInRanges(ReadOnlySpan<byte> table, int firstLine, int offset, out uint line)
    {
        int found = firstLine;
        int end = 0;
        for (int i = 0; i + 1 < table.Length; i += 2)
        {
            end += table[i];
            var step = (sbyte)table[i + 1];
            if (step != NoLineStep)
                found += step;
            if (offset >= end)
                continue;
            line = step == NoLineStep ? 0 : ToLine(found);
            return true;
        }

        line = 0;
        return false;
    }

    private static bool TryFindInLocations(ReadOnlySpan<byte> table, int firstLine, int offset, out uint line)
    {
        int found = firstLine;
        int end = 0;
        for (int i = 0; i < table.Length;)
        {
            byte head = table[i++];
            // The first byte of an entry has the highest bit; it must, or this is no table.
            if ((head & 0x80) == 0)
                break;
            int code = (head >> 3) & 15;
            found = unchecked(found + StepOf(code, table[i..]));
            end += ((head & 7) + 1) * CodeUnit;
            if (offset < end)
            {
                line = code == NoLocationCode ? 0 : ToLine(found);
                return true;
            }

            while (i < table.Length && (table[i] & 0x80) == 0)
                i++;
        }

        line = 0;
        return false;
    }

    private static int StepOf(int code, ReadOnlySpan<byte> rest) => code switch
    {
        NoLocationCode => 0,
        NoColumnsCode or LongCode => ReadSigned(rest),
        >= FirstOneLineCode => code - FirstOneLineCode,
        _ => 0,
    };

    // Six bits a byte, the lowest first; bit 6: more follow. The lowest bit of the number is its sign.
    private static int ReadSigned(ReadOnlySpan<byte> bytes)
    {
        uint value = 0;
        int shift = 0;
        foreach (byte part in bytes)
        {
            if (shift < 32)
                value |= (part & 63u) << shift;
            shift += 6;
            if ((part & 64) == 0)
                break;
        }

        return (value & 1) != 0 ? -(int)(value >> 1) : (int)(value >> 1);
    }

    private static uint ToLine(int line) => line > 0 ? (uint)line : 0;
}
