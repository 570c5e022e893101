// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>The few DWARF expressions (DW_OP_*) that compilers and linkers put into frame descriptions for x86-64.</summary>
internal static class FrameExpressions
{
    private const byte Dereference = 0x06;
    private const byte BaseRegister0 = 0x70;

    /// <summary>
    /// rsp + 8 + ((rip &amp; 15) >= 11) * 8: the linker's rule for .plt, whose 16-byte entries push a word with their second instruction
    /// (breg7 8, breg16 0, lit15, and, lit11, ge, lit3, shl, plus).
    /// </summary>
    internal static ReadOnlySpan<byte> Plt => [0x77, 0x08, 0x80, 0x00, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];

    /// <summary>register + offset.</summary>
    internal static bool TryAddress(ReadOnlySpan<byte> expression, int register, out long offset) =>
        TryBase(expression, register, out offset, out int used) && used == expression.Length;

    /// <summary>*(register + offset).</summary>
    internal static bool TryDereferenced(ReadOnlySpan<byte> expression, int register, out long offset) =>
        TryBase(expression, register, out offset, out int used) && used == expression.Length - 1 && expression[used] == Dereference;

    private static bool TryBase(ReadOnlySpan<byte> expression, int register, out long offset, out int used)
    {
        var cursor = new ByteCursor(expression, 0, expression.Length);
        bool isBase = cursor.ReadByte() == BaseRegister0 + register;
        offset = cursor.ReadSigned();
        used = cursor.Position;
        return isBase && !cursor.IsBroken;
    }
}
