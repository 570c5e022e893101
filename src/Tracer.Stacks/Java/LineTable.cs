// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>
/// Looks up a line in a method's compressed line numbers: one byte holds a step of up to 31 bytecodes and up to 7 lines, 255 says that both steps
/// follow as signed numbers, 0 ends the table.
/// </summary>
internal sealed class LineTable(bool excludesZero)
{
    private const byte End = 0;
    private const byte Escape = 255;
    private const int LineBits = 3;
    private const int MaxLine = 1 << 24;

    /// <summary>The line of the last entry that begins at or before a bytecode; 0: none.</summary>
    internal uint Find(ReadOnlySpan<byte> table, int bytecode)
    {
        var stream = new CompressedInts(table, excludesZero);
        int at = 0;
        int line = 0;
        int bestAt = -1;
        int best = 0;
        while (stream.TryReadByte(out byte step) && step != End)
        {
            int bytecodes = step >> LineBits;
            int lines = step & ((1 << LineBits) - 1);
            if (step == Escape && (!stream.TryReadSigned(out bytecodes) || !stream.TryReadSigned(out lines)))
                break;
            at = unchecked(at + bytecodes);
            line = unchecked(line + lines);
            // Entries need not be in order; the nearest one before wins, of equal ones the last.
            if (at <= bytecode && at >= bestAt)
                (bestAt, best) = (at, line);
            if (at == bytecode)
                break;
        }

        return best is > 0 and < MaxLine ? (uint)best : 0;
    }
}
