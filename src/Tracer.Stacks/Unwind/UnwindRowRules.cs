// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>Picks the kind of row that says what the rules at a place say, or Unsupported when there is none.</summary>
internal static class UnwindRowRules
{
    private const int Word = 8;

    internal static UnwindRow RowOf(uint offset, in FrameRules rules, bool isSignalFrame, ReadOnlySpan<byte> section)
    {
        if (isSignalFrame)
            return new UnwindRow(offset, IsSignalReturn(rules, section) ? UnwindRowKind.Signal : UnwindRowKind.Unsupported, 0, 0);
        if (rules.ReturnAddress.Kind == RegisterRuleKind.Undefined)
            return new UnwindRow(offset, UnwindRowKind.End, 0, 0);
        var unsupported = new UnwindRow(offset, UnwindRowKind.Unsupported, 0, 0);
        // Where a call left it; everything else is not C.
        if (rules.ReturnAddress is not { Kind: RegisterRuleKind.Offset, Value: -Word })
            return unsupported;
        if (rules.Cfa.Kind == RegisterRuleKind.Expression)
            return TryExpression(offset, rules, section) ?? unsupported;

        UnwindRowKind kind = KindOf(rules.Cfa);
        if (kind == UnwindRowKind.Unsupported || !TryWords(rules.CfaOffset, out short cfaOffset) || !TrySaved(rules.FramePointer, out byte saved))
            return unsupported;
        return new UnwindRow(offset, kind, saved, cfaOffset);
    }

    private static UnwindRowKind KindOf(in RegisterRule cfa) => cfa switch
    {
        { Kind: RegisterRuleKind.Register, Value: X64Register.StackPointer } => UnwindRowKind.StackPointer,
        { Kind: RegisterRuleKind.Register, Value: X64Register.FramePointer } => UnwindRowKind.FramePointer,
        _ => UnwindRowKind.Unsupported,
    };

    private static bool TryWords(long bytes, out short words)
    {
        words = unchecked((short)(bytes / Word));
        return bytes % Word == 0 && words == bytes / Word;
    }

    // A frame pointer that is lost costs the frames that need it, not this one.
    private static bool TrySaved(in RegisterRule framePointer, out byte saved)
    {
        saved = 0;
        switch (framePointer.Kind)
        {
            case RegisterRuleKind.SameValue or RegisterRuleKind.Undefined:
                return true;
            case RegisterRuleKind.Register:
                return framePointer.Value == X64Register.FramePointer;
            case RegisterRuleKind.Offset:
                saved = unchecked((byte)(framePointer.Value / -Word));
                return saved != 0 && framePointer.Value == -Word * saved;
            default:
                return false;
        }
    }

    private static UnwindRow? TryExpression(uint offset, in FrameRules rules, ReadOnlySpan<byte> section)
    {
        ReadOnlySpan<byte> expression = BytesOf(rules.Cfa, section);
        if (expression.SequenceEqual(FrameExpressions.Plt) && rules.FramePointer.Kind == RegisterRuleKind.SameValue)
            return new UnwindRow(offset, UnwindRowKind.Plt, 0, 0);
        if (FrameExpressions.TryDereferenced(expression, X64Register.FramePointer, out long where) && TryWords(where, out short words)
            && IsAt(rules.FramePointer, X64Register.FramePointer, 0, section))
            return new UnwindRow(offset, UnwindRowKind.FramePointerDeref, 0, words);
        return null;
    }

    // What sigreturn restores from: struct ucontext at the stack pointer, uc_mcontext at 40, in it the registers in the order of REG_R8 ... REG_RIP.
    private static bool IsSignalReturn(in FrameRules rules, ReadOnlySpan<byte> section)
    {
        const int framePointer = 120, stackPointer = 160, instructionPointer = 168;
        return rules.Cfa.Kind == RegisterRuleKind.Expression
            && FrameExpressions.TryDereferenced(BytesOf(rules.Cfa, section), X64Register.StackPointer, out long where) && where == stackPointer
            && IsAt(rules.FramePointer, X64Register.StackPointer, framePointer, section)
            && IsAt(rules.ReturnAddress, X64Register.StackPointer, instructionPointer, section);
    }

    private static bool IsAt(in RegisterRule rule, int register, long offset, ReadOnlySpan<byte> section) =>
        rule.Kind == RegisterRuleKind.Expression
        && FrameExpressions.TryAddress(BytesOf(rule, section), register, out long where) && where == offset;

    private static ReadOnlySpan<byte> BytesOf(in RegisterRule rule, ReadOnlySpan<byte> section) => section[(int)rule.Value..rule.End];
}
