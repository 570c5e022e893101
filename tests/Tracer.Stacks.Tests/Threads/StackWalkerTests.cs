// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>Each kind of rule on a stack that was laid out by hand; code is in pages from 0x1000 on, the stack begins at 0x8000.</summary>
public sealed class StackWalkerTests
{
    private const ulong Sp = 0x8000;

    private readonly WordMemory _memory = new();
    private readonly ListedRules _code = new();

    public StackWalkerTests() => _code.Add(0xf000, UnwindRowKind.End);

    [Fact]
    public void Frames_of_a_known_size_restore_the_frame_pointer_that_they_saved()
    {
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        _code.Add(0x2000, UnwindRowKind.StackPointer, 4, savedFp: 2);
        _code.Add(0x3000, UnwindRowKind.FramePointer, 2, savedFp: 2);
        Stack(0x2010, 0, 0, 0x9000, 0x3010);
        (_memory[0x9000], _memory[0x9008]) = (0, 0xf010);
        AssertWalk(Walk(0x1000, fp: null), WalkEnd.Complete, WalkGaps.None, 0x1000, 0x2010, 0x3010, 0xf010);
    }

    [Fact]
    public void The_first_address_is_exact_and_the_others_are_behind_their_calls()
    {
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        Stack(0x2000, 0xf001); // a call at the end of the page before: nothing but the first page is mapped there
        AssertWalk(Walk(0x1000), WalkEnd.Complete, WalkGaps.None, 0x1000, 0x2000, 0xf001);
    }

    [Fact]
    public void Code_without_rules_is_walked_by_frame_pointers_and_a_guess_is_told()
    {
        _code.Add(0x1000, UnwindRowKind.None);
        _code.Add(0x2000, UnwindRowKind.None, isGuess: true);
        (_memory[0x8100], _memory[0x8108]) = (0x8200, 0x2010);
        (_memory[0x8200], _memory[0x8208]) = (0, 0xf010);
        AssertWalk(Walk(0x1000, fp: 0x8100), WalkEnd.Complete, WalkGaps.NoRules, 0x1000, 0x2010, 0xf010);
    }

    [Fact]
    public void The_outermost_frame_has_no_frame_pointer_or_no_return_address()
    {
        _code.Add(0x1000, UnwindRowKind.None);
        AssertWalk(Walk(0x1000, fp: 0), WalkEnd.Complete, WalkGaps.None, 0x1000);
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        Stack(0);
        AssertWalk(Walk(0x1000), WalkEnd.Complete, WalkGaps.None, 0x1000);
    }

    [Fact]
    public void A_frame_pointer_that_nobody_knows_is_told()
    {
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        Stack(0x2010);
        foreach (UnwindRowKind kind in (UnwindRowKind[])[UnwindRowKind.None, UnwindRowKind.FramePointer, UnwindRowKind.FramePointerDeref, UnwindRowKind.JavaInterpreter])
        {
            _code.Add(0x2000, kind, 2);
            AssertWalk(Walk(0x1000, fp: null), WalkEnd.BadFrame, WalkGaps.NoFramePointer, 0x1000, 0x2010);
        }

        _code.Add(0x2000, UnwindRowKind.Unsupported);
        AssertWalk(Walk(0x1000, fp: null), WalkEnd.UnsupportedRule, WalkGaps.NoFramePointer, 0x1000, 0x2010);
    }

    [Fact]
    public void A_frame_pointer_is_guessed_where_the_walk_then_ends_well()
    {
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        _code.Add(0x2000, UnwindRowKind.FramePointer, 2, savedFp: 2);
        _code.Add(0x3000, UnwindRowKind.FramePointer, 2, savedFp: 2);
        Stack(0x2010, 0x9999, 0x8018, 0x5010, 0x8048, 0x3010); // pairs that lead into the frame itself, and to code that is none
        (_memory[0x8030], _memory[0x8038], _memory[0x8040], _memory[0x8048], _memory[0x8050]) = (1, 2, 3, 0, 0xf010);
        AssertWalk(Walk(0x1000, fp: null), WalkEnd.Complete, WalkGaps.GuessedFramePointer, 0x1000, 0x2010, 0x3010, 0xf010);
    }

    [Fact]
    public void A_realigned_stack_is_followed_through_its_saved_address()
    {
        _code.Add(0x1000, UnwindRowKind.FramePointerDeref, -1);
        _code.Add(0x2000, UnwindRowKind.FramePointer, 2, savedFp: 2);
        (_memory[0x80f8], _memory[0x8100], _memory[0x8178]) = (0x8180, 0x8200, 0x2010);
        (_memory[0x8200], _memory[0x8208]) = (0, 0xf010);
        AssertWalk(Walk(0x1000, fp: 0x8100), WalkEnd.Complete, WalkGaps.None, 0x1000, 0x2010, 0xf010);
    }

    [Theory]
    [InlineData(0x1006, 0x2010)]
    [InlineData(0x100b, 0x3010)]
    public void A_lazy_binding_stub_has_pushed_in_its_last_bytes(ulong ip, ulong caller)
    {
        _code.Add(0x1000, UnwindRowKind.Plt);
        _code.Add(0x2000, UnwindRowKind.End);
        _code.Add(0x3000, UnwindRowKind.End);
        Stack(0x2010, 0x3010);
        AssertWalk(Walk(ip), WalkEnd.Complete, WalkGaps.None, ip, caller);
    }

    [Fact]
    public void The_frame_that_a_signal_interrupted_is_exact_again()
    {
        _code.Add(0x1000, UnwindRowKind.Signal);
        _code.Add(0x2000, UnwindRowKind.FramePointer, 2, savedFp: 2);
        (_memory[Sp + 160], _memory[Sp + 168], _memory[Sp + 120]) = (0x9000, 0x2000, 0x9100);
        (_memory[0x9100], _memory[0x9108]) = (0, 0xf010);
        AssertWalk(Walk(0x1000), WalkEnd.Complete, WalkGaps.None, 0x1000, 0x2000, 0xf010);
    }

    [Fact]
    public void The_interpreter_of_Java_leaves_its_method_and_its_caller_s_stack_pointer()
    {
        _code.Add(0x1000, UnwindRowKind.JavaInterpreter, -8);
        _code.Add(0x2000, UnwindRowKind.StackPointer, 1);
        (_memory[0x8100 - 64], _memory[0x8100 - 24], _memory[0x8100 - 8]) = (0xbc, 0x4e7, 0x8300);
        (_memory[0x8100], _memory[0x8108]) = (0x9000, 0x2010);
        _memory[0x8300] = 0xf010;
        ThreadStack stack = Walk(0x1000, fp: 0x8100);
        AssertWalk(stack, WalkEnd.Complete, WalkGaps.None, 0x1000, 0x2010, 0xf010);
        Assert.Equal([new InterpreterFrame(0x4e7, 0xbc, 0)], stack.Interpreter);
    }

    [Fact]
    public void Frames_of_V8_hold_their_function()
    {
        var layout = new InterpreterLayout
        {
            RootKind = InterpreterRoot.NativeFrames,
            Root = unchecked((ulong)-16L),
            FunctionOffset = 24,
            PositionOffset = 0,
            CallerOffset = 0,
        };
        _code.Add(0x1000, UnwindRowKind.None);
        _code.Add(0x2000, UnwindRowKind.None);
        (_memory[0x80f8], _memory[0x80f0], _memory[0x5018]) = (0x5f01, 0x5001, 0x6001); // context, function, what the function shares
        (_memory[0x8100], _memory[0x8108]) = (0x8200, 0x2010);
        (_memory[0x81f8], _memory[0x81f0]) = (0x8, 0x5001); // a small number: no frame of JavaScript
        (_memory[0x8200], _memory[0x8208]) = (0, 0xf010);
        ThreadStack stack = new StackWalker(_memory, _code, layout).Walk(new ThreadRegisters(0x1000, Sp, 0x8100, null));
        Assert.Equal([new InterpreterFrame(0x6001, 0, 0)], stack.Interpreter);
        Assert.Equal(WalkEnd.Complete, stack.End);
    }

    [Theory]
    [InlineData(0x7ff0)] // further in
    [InlineData(0x8104)] // not aligned
    public void A_frame_pointer_that_leads_nowhere_ends_the_walk(ulong fp)
    {
        _code.Add(0x1000, UnwindRowKind.None);
        (_memory[0x7ff0], _memory[0x7ff8], _memory[0x8100], _memory[0x8108]) = (1, 0x1010, 1, 0x1010);
        AssertWalk(Walk(0x1000, fp), WalkEnd.BadFrame, WalkGaps.None, 0x1000);
        _code.Add(0x1000, UnwindRowKind.Unsupported);
        AssertWalk(Walk(0x1000, fp), WalkEnd.UnsupportedRule, WalkGaps.None, 0x1000);
    }

    [Fact]
    public void Memory_and_mappings_that_are_missing_end_the_walk()
    {
        AssertWalk(Walk(0x5000), WalkEnd.NoMapping, WalkGaps.None, 0x5000);
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        AssertWalk(Walk(0x1000), WalkEnd.ReadFailed, WalkGaps.None, 0x1000);
        Stack(0x5010);
        AssertWalk(Walk(0x1000), WalkEnd.NoMapping, WalkGaps.None, 0x1000);
    }

    [Fact]
    public void A_stack_without_end_is_cut()
    {
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        Stack([.. Enumerable.Repeat(0x1010ul, 2000)]);
        ThreadStack stack = Walk(0x1000);
        Assert.Equal((WalkEnd.Truncated, StackWalker.MaxFrames), (stack.End, stack.Addresses.Length));
    }

    [Fact]
    public void A_walker_starts_each_walk_afresh()
    {
        _code.Add(0x1000, UnwindRowKind.StackPointer, 1);
        Stack(0xf010);
        var walker = new StackWalker(_memory, _code);
        Assert.Equal([0x1000ul, 0xf010], walker.Walk(new ThreadRegisters(0x1000, Sp, null, null)).Addresses);
        Stack(0x1020, 0xf020); // the thread has run on
        Assert.Equal([0x1000ul, 0x1020, 0xf020], walker.Walk(new ThreadRegisters(0x1000, Sp, null, null)).Addresses);
    }

    private ThreadStack Walk(ulong ip, ulong? fp = 0) => new StackWalker(_memory, _code).Walk(new ThreadRegisters(ip, Sp, fp, null));

    private void Stack(params ulong[] words)
    {
        for (int i = 0; i < words.Length; i++)
            _memory[Sp + ((ulong)i * 8)] = words[i];
    }

    private static void AssertWalk(ThreadStack stack, WalkEnd end, WalkGaps gaps, params ulong[] addresses)
    {
        Assert.Equal(addresses, stack.Addresses);
        Assert.Equal((end, gaps), (stack.End, stack.Gaps));
    }
}
