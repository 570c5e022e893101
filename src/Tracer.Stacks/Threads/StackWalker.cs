// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Threads;

/// <summary>
/// Walks up the stack of a thread from outside, by the rules that the kernel side follows (bpf/unwind.bpf.h) and with its bounds. The thread may run on
/// meanwhile, and its memory is its own choice: a walk ends soon, reads little and never throws. For one thread at a time.
/// </summary>
internal sealed class StackWalker(ITargetMemory memory, ICodeRules code, InterpreterLayout? layout = null)
{
    internal const int MaxFrames = 127; // TCP_STACK_DEPTH

    private const int MaxGuesses = 512; // words of a frame that may lie between stack and frame pointer
    private const ulong Alignment = 7;
    private const ulong JavaMethodOffset = 24; // below the frame pointer: frame::interpreter_frame_method_offset, HotSpot x86
    private const ulong SignalSp = 160; // struct rt_sigframe, arch/x86/include/asm/sigframe.h: offsets from sp in the trampoline
    private const ulong SignalIp = 168;
    private const ulong SignalFp = 120;
    private const ulong PltEntryMask = 15;
    private const ulong PltPushedFrom = 11;
    private const ulong V8Tag = 1; // of a pointer to an object: v8-internal.h
    private const ulong V8TagMask = 3;

    private readonly StackWindow _stack = new(memory);
    private readonly List<ulong> _addresses = [];
    private readonly List<InterpreterFrame> _interpreter = [];
    private readonly InterpreterLayout? _functions = layout is { RootKind: InterpreterRoot.NativeFrames } ? layout : null;

    private ulong _ip;
    private ulong _sp;
    private ulong? _fp;
    private bool _isExact;
    private WalkGaps _gaps;

    /// <summary>Walks from registers on. The first address is where execution is, unless told that it is a return address.</summary>
    internal ThreadStack Walk(in ThreadRegisters registers, bool isExact = true)
    {
        ThreadStack stack = WalkOnce(registers, isExact);
        return stack.Gaps.HasFlag(WalkGaps.NoFramePointer) ? Guess(stack, registers, _sp, isExact) : stack;
    }

    // The frame that needs a frame pointer has it where it saved that of its caller: in itself, further in than any other with which a walk ends well.
    private ThreadStack Guess(ThreadStack withoutIt, in ThreadRegisters registers, ulong frame, bool isExact)
    {
        for (ulong guess = frame; guess < frame + (MaxGuesses * sizeof(ulong)); guess += sizeof(ulong))
        {
            if (!memory.TryRead(guess, out ulong saved))
                break;
            if (saved != 0 && (saved <= guess || (saved & Alignment) != 0))
                continue;
            ThreadStack stack = WalkOnce(registers with { FramePointer = guess }, isExact);
            if (stack.End == WalkEnd.Complete && stack.Addresses.Length > withoutIt.Addresses.Length)
                return stack with { Gaps = stack.Gaps | WalkGaps.GuessedFramePointer };
        }

        return withoutIt;
    }

    private ThreadStack WalkOnce(in ThreadRegisters registers, bool isExact)
    {
        (_ip, _sp, _fp) = (registers.InstructionPointer, registers.StackPointer, registers.FramePointer);
        (_isExact, _gaps) = (isExact, WalkGaps.None);
        _stack.Forget();
        _addresses.Clear();
        _interpreter.Clear();
        WalkEnd end = WalkEnd.None;
        while (end == WalkEnd.None)
            end = _addresses.Count == MaxFrames ? WalkEnd.Truncated : Step();
        return new ThreadStack([.. _addresses], [.. _interpreter], end, _gaps);
    }

    private WalkEnd Step()
    {
        ulong address = _isExact ? _ip : _ip - 1;
        bool isMapped = code.TryFind(address, out UnwindRow row, out bool isGuess);
        // Where execution is is certain, whatever is known of the mappings.
        if (!isMapped && _addresses.Count > 0)
            return WalkEnd.NoMapping;
        _addresses.Add(_ip);
        _isExact = false;
        if (!isMapped)
            return WalkEnd.NoMapping;
        if (isGuess)
            _gaps |= WalkGaps.NoRules;
        if (row.Kind == UnwindRowKind.None)
            NoteFunction();
        return StepBy(row);
    }

    private WalkEnd StepBy(in UnwindRow row)
    {
        ulong offset = unchecked((ulong)(row.CfaOffset * 8L));
        switch (row.Kind)
        {
            case UnwindRowKind.StackPointer:
                return StepTo(unchecked(_sp + offset), row.SavedFramePointer);
            case UnwindRowKind.FramePointer:
                return _fp is { } frame ? StepTo(unchecked(frame + offset), row.SavedFramePointer) : WithoutFramePointer();
            case UnwindRowKind.FramePointerDeref:
                if (_fp is not { } realigned)
                    return WithoutFramePointer();
                return memory.TryRead(unchecked(realigned + offset), out ulong cfa) ? StepTo(cfa, realigned, hasSaved: true) : WalkEnd.ReadFailed;
            case UnwindRowKind.Plt:
                return StepTo(_sp + ((_ip & PltEntryMask) >= PltPushedFrom ? 16ul : 8ul), row.SavedFramePointer);
            case UnwindRowKind.Signal:
                return StepOverSignal();
            case UnwindRowKind.End:
                return WalkEnd.Complete;
            case UnwindRowKind.JavaInterpreter:
                return StepOverJavaInterpreter(offset);
            case UnwindRowKind.Unsupported:
                return StepByFramePointer() == WalkEnd.None ? WalkEnd.None : WalkEnd.UnsupportedRule;
            default:
                return StepByFramePointer();
        }
    }

    private WalkEnd StepTo(ulong cfa, byte savedFramePointer) =>
        StepTo(cfa, cfa - (savedFramePointer * 8ul), hasSaved: savedFramePointer != 0);

    private WalkEnd StepTo(ulong cfa, ulong savedFp, bool hasSaved)
    {
        if (cfa <= _sp || (cfa & Alignment) != 0 || (hasSaved && (savedFp & Alignment) != 0))
            return WalkEnd.BadFrame;
        if (hasSaved)
        {
            if (!_stack.TryRead(savedFp, out ulong fp))
                return WalkEnd.ReadFailed;
            _fp = fp;
        }

        if (!_stack.TryRead(cfa - 8, out _ip))
            return WalkEnd.ReadFailed;
        _sp = cfa;
        return _ip != 0 ? WalkEnd.None : WalkEnd.Complete;
    }

    private WalkEnd StepByFramePointer()
    {
        if (_fp is not { } fp)
            return WithoutFramePointer();
        if (fp == 0)
            return WalkEnd.Complete; // the outermost frame of a thread begins with none
        return fp < _sp || (fp & Alignment) != 0 ? WalkEnd.BadFrame : StepTo(unchecked(fp + 16), fp, hasSaved: true);
    }

    private WalkEnd WithoutFramePointer()
    {
        _gaps |= WalkGaps.NoFramePointer;
        return WalkEnd.BadFrame;
    }

    // Registers of the frame that was entered through a signal: restored as the kernel would.
    private WalkEnd StepOverSignal()
    {
        ulong frame = _sp;
        if (!memory.TryRead(unchecked(frame + SignalSp), out _sp) || !memory.TryRead(unchecked(frame + SignalIp), out _ip)
            || !memory.TryRead(unchecked(frame + SignalFp), out ulong fp))
            return WalkEnd.ReadFailed;
        _fp = fp;
        _isExact = true;
        return WalkEnd.None;
    }

    private WalkEnd StepOverJavaInterpreter(ulong bytecodeOffset)
    {
        if (_fp is not { } fp)
            return WithoutFramePointer();
        if (!memory.TryRead(unchecked(fp - JavaMethodOffset), out ulong method) || !memory.TryRead(unchecked(fp + bytecodeOffset), out ulong bytecode)
            || !memory.TryRead(unchecked(fp - 8), out ulong senderSp))
            return WalkEnd.ReadFailed;
        Note(new InterpreterFrame(method, bytecode, 0));
        WalkEnd end = StepByFramePointer();
        if (end == WalkEnd.None && senderSp >= _sp)
            _sp = senderSp; // the caller's arguments are part of this frame
        return end;
    }

    // A frame of V8 has its context below the frame pointer, and below that its function; other frames have a small number there.
    private void NoteFunction()
    {
        if (_functions is null || _fp is not { } fp || !memory.TryRead(unchecked(fp - 8), out ulong context) || (context & V8TagMask) != V8Tag
            || !memory.TryRead(unchecked(fp + _functions.Root), out ulong function) || (function & V8TagMask) != V8Tag
            || !memory.TryRead(unchecked(function - V8Tag + _functions.FunctionOffset), out ulong shared))
            return;
        Note(new InterpreterFrame(shared, 0, (ulong)(_addresses.Count - 1)));
    }

    private void Note(in InterpreterFrame frame)
    {
        if (_interpreter.Count < InterpreterWalk.MaxFrames)
            _interpreter.Add(frame);
        else
            _gaps |= WalkGaps.InterpreterCut;
    }
}
