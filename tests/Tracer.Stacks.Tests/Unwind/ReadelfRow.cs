// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>A line of readelf's table: where, and the cells of the CFA, of rbp and of the return address.</summary>
internal readonly record struct ReadelfRow(ulong Location, string Cfa, string FramePointer, string ReturnAddress)
{
    private static readonly UnwindRowKind[] ExpressionKinds =
        [UnwindRowKind.Plt, UnwindRowKind.FramePointerDeref, UnwindRowKind.Signal, UnwindRowKind.Unsupported];

    /// <summary>Says whether a compiled row means the same. What readelf prints as "exp" may be any of the kinds for expressions.</summary>
    internal bool Agrees(UnwindRow row)
    {
        if (ReturnAddress == "u")
            return row.Kind == UnwindRowKind.End;
        if (Cfa == "exp" || FramePointer == "exp" || ReturnAddress == "exp")
            return ExpressionKinds.Contains(row.Kind);
        return row with { Offset = 0 } == Expected();
    }

    private UnwindRow Expected()
    {
        var unsupported = new UnwindRow(0, UnwindRowKind.Unsupported, 0, 0);
        string register = Cfa[..3];
        if (ReturnAddress != "c-8" || register is not ("rsp" or "rbp"))
            return unsupported;
        int offset = int.Parse(Cfa.AsSpan(3), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (offset % 8 != 0 || offset / 8 is < short.MinValue or > short.MaxValue || SavedWords() is not { } saved)
            return unsupported;
        return new UnwindRow(0, register == "rsp" ? UnwindRowKind.StackPointer : UnwindRowKind.FramePointer, saved, (short)(offset / 8));
    }

    private byte? SavedWords()
    {
        if (FramePointer is "u" or "s")
            return 0;
        return FramePointer.StartsWith("c-", StringComparison.Ordinal)
            && int.Parse(FramePointer.AsSpan(2), CultureInfo.InvariantCulture) is var bytes and >= 8 and <= 255 * 8 && bytes % 8 == 0
            ? (byte)(bytes / 8)
            : null;
    }
}
