// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Runtimes;

public sealed class RuntimeDirectoryTests
{
    private static readonly uint Self = (uint)Environment.ProcessId;
    private static readonly ProcfsRoot Root = new();

    private static ulong SelfStart
    {
        get
        {
            new ProcessReader(Root).ReadStat(Self, out ProcessStat stat);
            return stat.StartBoottimeNs;
        }
    }

    [Fact]
    public void A_process_is_looked_at_once_while_it_stays_the_same_program()
    {
        var detector = new CountingDetector(isFound: true);
        using var directory = new RuntimeDirectory(Root, [detector]);
        Assert.Null(directory.FindKnown(Self, SelfStart));
        ProcessRuntimes first = directory.Look(Self, SelfStart);
        Assert.Equal(["test"], first.Names);
        Assert.Same(first, directory.Look(Self, SelfStart));
        Assert.Same(first, directory.FindKnown(Self, SelfStart));
        Assert.Equal((1, 1), (detector.Looks, directory.Count));
    }

    [Fact]
    public void A_process_without_a_runtime_is_looked_at_again_because_one_may_be_loaded_late()
    {
        var detector = new CountingDetector(isFound: false);
        using var directory = new RuntimeDirectory(Root, [detector]);
        Assert.Empty(directory.Look(Self, SelfStart).Names);
        Assert.NotNull(directory.FindKnown(Self, SelfStart));
        directory.Look(Self, SelfStart);
        Assert.Equal((2, 0), (detector.Looks, directory.Count));
    }

    [Fact]
    public void Another_process_with_the_pid_is_not_looked_at()
    {
        var detector = new CountingDetector(isFound: true);
        using var directory = new RuntimeDirectory(Root, [detector]);
        Assert.Empty(directory.Look(Self, SelfStart + 1_000_000_000).Names);
        Assert.Equal(0, detector.Looks);
    }

    [Fact]
    public void What_was_dropped_while_in_use_answers_nothing_and_does_not_fail()
    {
        var directory = new RuntimeDirectory(Root, [new CountingDetector(isFound: true)]);
        ProcessRuntimes runtimes = directory.Look(Self, SelfStart);
        var frames = new List<CodeFrame>();
        Assert.True(runtimes.TryName(0x1000, frames));
        directory.Dispose();
        Assert.False(runtimes.TryName(0x1000, frames));
        Assert.False(runtimes.TryName(default(InterpreterFrame), frames));
        Assert.Null(runtimes.ReadLayout());
        Assert.Null(runtimes.ReadCode());
        Assert.Equal("", runtimes.Limitation);
        runtimes.Dispose();
    }

    private sealed class CountingDetector(bool isFound) : IRuntimeDetector
    {
        public int Looks { get; private set; }

        public ILanguageRuntime? Detect(TargetProcess process)
        {
            Looks++;
            return isFound ? new MemoryRuntime(process) : null;
        }
    }

    /// <summary>Touches its process at every call, as real ones do.</summary>
    private sealed class MemoryRuntime(TargetProcess process) : ILanguageRuntime
    {
        public FrameKind Kind => FrameKind.Python;

        public string Name => "test";

        public string Limitation => Touch("");

        public InterpreterLayout? Layout => Touch<InterpreterLayout?>(null);

        public bool TryName(ulong address, List<CodeFrame> frames) => Touch(true);

        public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames) => Touch(true);

        public GeneratedCode? ReadCode() => Touch<GeneratedCode?>(null);

        public void Dispose()
        {
        }

        private T Touch<T>(T value)
        {
            process.ReadSome(0, new byte[1]);
            return value;
        }
    }
}
