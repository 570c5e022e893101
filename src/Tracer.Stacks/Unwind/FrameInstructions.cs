// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>
/// Runs the call frame instructions (DW_CFA_*, DWARF 5 section 6.4.2 and the GNU extensions in the Linux Standard Base) of one function after the
/// other and hands the rules at each place to the rows.
/// </summary>
internal sealed class FrameInstructions(FrameSection section, UnwindRowList rows)
{
    // Compilers nest them once per shrink-wrapped exit; two is already rare.
    private const int MaxRemembered = 64;

    private readonly FrameRules[] _remembered = new FrameRules[MaxRemembered];
    private int _rememberedCount;
    private bool _isInShared;
    private SharedFrameEntry _shared = null!;
    private FrameRules _rules;
    private FunctionFrameEntry _function;

    // Bytes from the function's first instruction.
    private uint _location;

    /// <summary>Adds the rows of a function.</summary>
    internal void Run(in FunctionFrameEntry function, SharedFrameEntry shared)
    {
        _shared = shared;
        _function = function;
        _location = 0;
        _rememberedCount = 0;
        shared.InitialRules ??= RunShared(shared);
        _rules = shared.InitialRules.Value;
        rows.Begin(function);
        var cursor = new ByteCursor(section.Bytes, function.Instructions, function.InstructionsEnd);
        bool isGood = true;
        while (isGood && !cursor.IsAtEnd && _location < function.Size)
            isGood = TryStep(ref cursor) && !cursor.IsBroken;
        if (_location < function.Size)
            Emit(isGood);
    }

    private FrameRules RunShared(SharedFrameEntry shared)
    {
        _rules = default;
        _isInShared = true;
        var cursor = new ByteCursor(section.Bytes, shared.Instructions, shared.InstructionsEnd);
        bool isGood = true;
        while (isGood && !cursor.IsAtEnd)
            isGood = TryStep(ref cursor) && !cursor.IsBroken;
        _isInShared = false;
        _rememberedCount = 0;
        return isGood ? _rules : default;
    }

    private void Emit(bool isGood)
    {
        uint offset = _function.FileOffset + _location;
        rows.Add(isGood ? UnwindRowRules.RowOf(offset, _rules, _shared.IsSignalFrame, section.Bytes) : new UnwindRow(offset, UnwindRowKind.Unsupported, 0, 0));
    }

    // The two high bits are an instruction with its operand in the low six, or 0 and the low six are the instruction.
    private bool TryStep(ref ByteCursor cursor)
    {
        byte opcode = cursor.ReadByte();
        ulong operand = (ulong)(opcode & 0x3f);
        switch (opcode >> 6)
        {
            case 1:
                return Advance(operand);
            case 2:
                Set(operand, new RegisterRule(RegisterRuleKind.Offset, Factored(cursor.ReadUnsigned())));
                return true;
            case 3:
                Restore(operand);
                return true;
            default:
                return TryStepLocation(opcode, ref cursor) ?? TryStepCfa(opcode, ref cursor) ?? TryStepRegister(opcode, ref cursor) ?? false;
        }
    }

    private bool? TryStepLocation(byte opcode, ref ByteCursor cursor)
    {
        switch (opcode)
        {
            case 0x00: // nop
                return true;
            case 0x01: // set_loc
                return PointerEncoding.TryRead(ref cursor, _shared.PointerEncoding, section.Address, out ulong address) && MoveTo(unchecked(address - _function.Address));
            case 0x02: // advance_loc1
                return Advance(cursor.ReadByte());
            case 0x03: // advance_loc2
                return Advance(cursor.Read<ushort>());
            case 0x04: // advance_loc4
                return Advance(cursor.Read<uint>());
            case 0x0a: // remember_state
                if (_rememberedCount == MaxRemembered)
                    return false;
                _remembered[_rememberedCount++] = _rules;
                return true;
            case 0x0b: // restore_state
                if (_rememberedCount == 0)
                    return false;
                _rules = _remembered[--_rememberedCount];
                return true;
            case 0x2e: // GNU_args_size: of interest to who lands in an exception handler
                cursor.ReadUnsigned();
                return true;
            default:
                return null;
        }
    }

    private bool? TryStepCfa(byte opcode, ref ByteCursor cursor)
    {
        switch (opcode)
        {
            case 0x0c: // def_cfa
                SetCfa(cursor.ReadUnsigned(), (long)cursor.ReadUnsigned());
                return true;
            case 0x0d: // def_cfa_register
                SetCfa(cursor.ReadUnsigned(), _rules.CfaOffset);
                return true;
            case 0x0e: // def_cfa_offset
                _rules.CfaOffset = (long)cursor.ReadUnsigned();
                return true;
            case 0x0f: // def_cfa_expression
                _rules.Cfa = ReadExpression(ref cursor, RegisterRuleKind.Expression);
                return true;
            case 0x12: // def_cfa_sf
                SetCfa(cursor.ReadUnsigned(), unchecked(cursor.ReadSigned() * _shared.DataAlignment));
                return true;
            case 0x13: // def_cfa_offset_sf
                _rules.CfaOffset = unchecked(cursor.ReadSigned() * _shared.DataAlignment);
                return true;
            default:
                return null;
        }
    }

    private bool? TryStepRegister(byte opcode, ref ByteCursor cursor)
    {
        // Each of these begins with the register, but for DW_CFA_GNU_window_save and what nobody has defined.
        if (opcode is not (>= 0x05 and <= 0x09 or 0x10 or 0x11 or >= 0x14 and <= 0x16 or 0x2f))
            return null;
        ulong register = cursor.ReadUnsigned();
        if (opcode == 0x06) // restore_extended
            Restore(register);
        else
            Set(register, ReadRule(opcode, ref cursor));
        return true;
    }

    private RegisterRule ReadRule(byte opcode, ref ByteCursor cursor) => opcode switch
    {
        0x05 => new RegisterRule(RegisterRuleKind.Offset, Factored(cursor.ReadUnsigned())), // offset_extended
        0x07 => new RegisterRule(RegisterRuleKind.Undefined, 0), // undefined
        0x08 => new RegisterRule(RegisterRuleKind.SameValue, 0), // same_value
        0x09 => new RegisterRule(RegisterRuleKind.Register, (long)cursor.ReadUnsigned()), // register
        0x10 => ReadExpression(ref cursor, RegisterRuleKind.Expression), // expression
        0x11 => new RegisterRule(RegisterRuleKind.Offset, Factored((ulong)cursor.ReadSigned())), // offset_extended_sf
        0x14 => new RegisterRule(RegisterRuleKind.ValueOffset, Factored(cursor.ReadUnsigned())), // val_offset
        0x15 => new RegisterRule(RegisterRuleKind.ValueOffset, Factored((ulong)cursor.ReadSigned())), // val_offset_sf
        0x2f => new RegisterRule(RegisterRuleKind.Offset, unchecked(-Factored(cursor.ReadUnsigned()))), // GNU_negative_offset_extended
        _ => ReadExpression(ref cursor, RegisterRuleKind.ValueExpression), // val_expression
    };

    private bool Advance(ulong delta) => MoveTo(unchecked(_location + (delta * _shared.CodeAlignment)));

    // Rules hold from here up to the new place; moving back would make the rows overlap.
    private bool MoveTo(ulong location)
    {
        if (location < _location || _isInShared)
            return false;
        if (location > _location)
            Emit(isGood: true);
        _location = (uint)Math.Min(location, _function.Size);
        return true;
    }

    private long Factored(ulong offset) => unchecked((long)offset * _shared.DataAlignment);

    private void SetCfa(ulong register, long offset)
    {
        _rules.Cfa = new RegisterRule(RegisterRuleKind.Register, (long)register);
        _rules.CfaOffset = offset;
    }

    private void Set(ulong register, in RegisterRule rule)
    {
        if (register == X64Register.FramePointer)
            _rules.FramePointer = rule;
        else if (register == X64Register.ReturnAddress)
            _rules.ReturnAddress = rule;
    }

    private void Restore(ulong register)
    {
        FrameRules initial = _shared.InitialRules ?? default;
        Set(register, register == X64Register.FramePointer ? initial.FramePointer : initial.ReturnAddress);
    }

    private static RegisterRule ReadExpression(ref ByteCursor cursor, RegisterRuleKind kind)
    {
        ulong length = cursor.ReadUnsigned();
        int start = cursor.Position;
        cursor.Skip(length);
        return new RegisterRule(kind, start, cursor.Position);
    }
}
