// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>Whatever is in the memory of a thread, a walk ends soon, reads little and does not throw.</summary>
public sealed class WalkFuzzTests(NativePrograms native) : IClassFixture<NativePrograms>
{
    private const int Rounds = 5_000;
    private const int MaxReads = 8 * StackWalker.MaxFrames;
    private const int MaxReadsWithGuesses = 512 * MaxReads;
    private const int MaxListReads = (2 * 512) + (10 * InterpreterWalk.MaxFrames);

    [Fact]
    public void Random_memory_and_random_rules()
    {
        var memory = new DamagedMemory(null);
        var random = new Random(1);
        for (int round = 0; round < Rounds; round++)
        {
            memory.Begin(round, damage: random.NextDouble() * 0.2);
            var walker = new StackWalker(memory, new RandomRules(random), round % 2 == 0 ? null : RandomLayout(random));
            ThreadStack stack = walker.Walk(new ThreadRegisters((ulong)random.NextInt64(), (ulong)random.NextInt64() & ~7ul, (ulong)random.NextInt64(), null));
            Assert.InRange(stack.Addresses.Length, 1, StackWalker.MaxFrames);
            Assert.InRange(stack.Interpreter.Length, 0, InterpreterWalk.MaxFrames);
            Assert.NotEqual(WalkEnd.None, stack.End);
            Assert.InRange(memory.Reads, 0, MaxReads);
        }
    }

    [Fact]
    public void Random_lists_of_frames()
    {
        var memory = new DamagedMemory(null);
        var random = new Random(2);
        for (int round = 0; round < Rounds; round++)
        {
            memory.Begin(round, damage: random.NextDouble() * 0.2);
            Assert.InRange(InterpreterWalk.Frames(memory, RandomLayout(random), (ulong)random.NextInt64(), out _).Count, 0, InterpreterWalk.MaxFrames);
            Assert.InRange(memory.Reads, 0, MaxListReads);
        }
    }

    [Fact]
    public void A_real_stack_that_is_damaged()
    {
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(native.Blocked, $"{peer.Port}");
        SyscallState state = default;
        Assert.True(SpinWait.SpinUntil(
            () => (state = new ThreadReader(new ProcfsRoot()).ReadSyscall(target.Pid, target.Pid)) is { Activity: ThreadActivity.InSyscall, Number: 45 }, TimeSpan.FromSeconds(30)));
        using TargetProcess process = ScriptTarget.Open(target.Pid)!;
        using var runtimes = new RuntimeDirectory(new ProcfsRoot(), []);
        var memory = new DamagedMemory(process);
        var code = new ProcessCode(process, new UnwindTableCache(), runtimes.Look(target.Pid, 0));
        var random = new Random(3);
        int complete = 0;
        for (int round = 0; round < Rounds; round++)
        {
            memory.Begin(round, damage: random.NextDouble() * 0.5);
            ThreadStack stack = new StackWalker(memory, code).Walk(new ThreadRegisters(state.InstructionPointer, state.StackPointer, null, null));
            Assert.InRange(stack.Addresses.Length, 1, StackWalker.MaxFrames);
            Assert.InRange(memory.Reads, 0, MaxReadsWithGuesses);
            complete += stack.End == WalkEnd.Complete ? 1 : 0;
        }

        Assert.InRange(complete, Rounds / 4, Rounds);
    }

    private static InterpreterLayout RandomLayout(Random random) => new()
    {
        RootKind = (InterpreterRoot)random.Next(1, 5),
        Root = (ulong)random.Next(),
        ThreadNextOffset = (uint)random.Next(),
        ThreadIdOffset = (uint)random.Next(),
        FirstHop = random.Next(-1, 100),
        SecondHop = random.Next(-1, 100),
        FunctionOffset = (uint)random.Next(),
        PositionOffset = (uint)random.Next(),
        PositionBytes = random.Next(2) == 0 ? 4u : 8u,
        CallerOffset = (uint)random.Next(),
        LineOffset = random.Next(-1, 100),
        LineFunctionType = (uint)random.Next(4),
        FileOffset = random.Next(-1, 100),
        NameOffset = (uint)random.Next(),
    };

    private sealed class RandomRules(Random random) : ICodeRules
    {
        public bool TryFind(ulong address, out UnwindRow row, out bool isGuess)
        {
            row = new UnwindRow(0, (UnwindRowKind)random.Next(12), (byte)random.Next(256), (short)random.Next(short.MinValue, short.MaxValue));
            isGuess = random.Next(2) == 0;
            return random.Next(200) != 0;
        }
    }
}
