// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Java;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

/// <summary>Walks and names the stack of a thread that is blocked in a read, and compares it with what the machine says of it.</summary>
public sealed class JavaRuntimeTests(CompiledClasses classes) : IClassFixture<CompiledClasses>
{
    private const int Rounds = 2000;

    // Compiles early, and before the call that asks for it returns: in the background it may come later than the walk.
    private const string Eager = "-XX:CompileThresholdScaling=0.05 -Xbatch";

    [Fact]
    public void Interpreted_methods_are_named_with_their_lines()
    {
        using JavaTarget target = JavaTarget.Start(classes, "-Xint");
        JavaStackWalker walker = AssertSameAsThreadDump(target, out List<CodeFrame> frames);
        Assert.All(frames, frame => Assert.False(frame.IsInlined));
        Assert.Contains(UnwindRowKind.JavaInterpreter, walker.Kinds);
    }

    [Fact]
    public void Without_any_option_the_user_s_methods_are_named()
    {
        using JavaTarget target = JavaTarget.Start(classes, "");
        AssertSameAsThreadDump(target, out _);
    }

    [Fact]
    public void After_a_warm_up_compiled_and_inlined_methods_are_named()
    {
        using JavaTarget target = JavaTarget.Start(classes, Eager, Rounds);
        JavaStackWalker walker = AssertSameAsThreadDump(target, out List<CodeFrame> frames);
        Assert.Contains(frames, frame => frame.IsInlined);
        Assert.Contains(UnwindRowKind.StackPointer, walker.Kinds);
    }

    [Theory]
    [InlineData("-XX:TieredStopAtLevel=1")]
    [InlineData("-XX:-TieredCompilation")]
    public void Each_compiler_s_frames_are_unwound_and_named(string compiler)
    {
        using JavaTarget target = JavaTarget.Start(classes, $"{compiler} {Eager}", Rounds);
        JavaStackWalker walker = AssertSameAsThreadDump(target, out List<CodeFrame> frames);
        Assert.Contains(frames, frame => frame.IsInlined);
        Assert.True(walker.Kinds.Count < frames.Count);
    }

    [Fact]
    public void Inside_namespaces_of_its_own_the_names_are_the_same()
    {
        using JavaTarget target = JavaTarget.Start(classes, new JavaLaunch { Options = Eager, WarmUp = Rounds, IsIsolated = true });
        Assert.Equal(1u, target.Process.NamespacePid);
        AssertSameAsThreadDump(target, out _);
    }

    /// <summary>All there are on this host, not only the one of the distribution: each keeps its structures in its own way.</summary>
    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_machine_of_this_host_is_understood(string java)
    {
        foreach ((string options, int rounds) in new[] { ("-Xint", 0), ($"-XX:TieredStopAtLevel=1 {Eager}", Rounds), (Eager, Rounds) })
        {
            using JavaTarget target = JavaTarget.Start(classes, new JavaLaunch { Options = options, WarmUp = rounds, Java = java });
            AssertSameAsThreadDump(target, out _);
        }
    }

    public static TheoryData<string> Machines() => new(
        from folder in Directory.GetDirectories("/usr/lib/jvm")
        let java = Path.Combine(folder, "bin", "java")
        where new DirectoryInfo(folder).LinkTarget is null && File.Exists(java)
        select java);

    [Theory]
    [InlineData("-XX:TieredStopAtLevel=1", "monitorenter_nofpu Runtime1 stub")]
    [InlineData("-XX:-TieredCompilation", "_complete_monitor_locking_Java")]
    public void A_thread_that_waits_inside_a_stub_is_unwound_through_it(string compiler, string stub)
    {
        using JavaTarget target = JavaTarget.Start(
            classes, new JavaLaunch { Options = $"{compiler} {Eager}", WarmUp = 20_000, Program = "Locked" });
        List<JavaThread> threads = JavaTarget.Eventually(() => FindThreads(target, "waiter", "Locked.enter"));
        using ILanguageRuntime runtime = new JavaDetector().Detect(target.Process)!;
        var walker = new JavaStackWalker(target.Process, runtime);
        AssertSame(target, threads, walker);
        walker.Walk(threads.Single(static thread => thread.Name == "waiter").NamespaceTid);
        Assert.Equal(stub, walker.Stubs[0]);
    }

    [Fact]
    public void A_new_address_makes_it_read_the_code_cache_again_but_not_often()
    {
        using JavaTarget target = JavaTarget.Start(classes, "");
        target.ReadLine();
        target.Process.RefreshMappings();
        var memory = new RecordedMemory(new ProcessVmMemory(target.Process));
        var time = new ManualTime();
        var runtime = new JavaRuntime(memory, JavaDetector.ReadStructs(target.Process)!, time);
        GeneratedCode code = runtime.ReadCode()!;
        Assert.True(ReadsOf(() => Assert.False(runtime.TryName(code.End - 1, []))) == 0, "just read");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(ReadsOf(() => Assert.False(runtime.TryName(code.End - 1, []))) > 100, "read again");
        Assert.True(ReadsOf(() => Assert.False(runtime.TryName(code.End - 1, []))) == 0, "just read again");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(ReadsOf(() => Assert.False(runtime.TryName(code.End, []))) == 0, "not in the code cache");

        int ReadsOf(Action action)
        {
            int before = memory.Reads;
            action();
            return memory.Reads - before;
        }
    }

    [Fact]
    public void A_code_cache_that_is_changing_can_be_read()
    {
        using JavaTarget target = JavaTarget.Start(
            classes, new JavaLaunch { Options = "-XX:CompileThresholdScaling=0.01", WarmUp = Rounds, IsAwaited = false });
        using ILanguageRuntime runtime = JavaTarget.Eventually(() => target.Process.RefreshMappings() ? new JavaDetector().Detect(target.Process) : null);
        int most = 0;
        JavaTarget.Eventually(() =>
        {
            if (runtime.ReadCode() is { } code)
            {
                Assert.All(code.Rows.Zip(code.Rows.Skip(1)), pair => Assert.True(pair.First.Offset < pair.Second.Offset));
                most = Math.Max(most, code.Rows.Length);
            }

            return target.IsConnected ? target : null;
        });
        Assert.InRange(most, 100, int.MaxValue);
    }

    private static JavaStackWalker AssertSameAsThreadDump(JavaTarget target, out List<CodeFrame> frames)
    {
        List<JavaThread> threads = JavaTarget.Eventually(() => FindThreads(target, "main", "sun.nio.ch.SocketDispatcher.read0"));
        using ILanguageRuntime runtime = new JavaDetector().Detect(target.Process)!;
        Assert.StartsWith("OpenJDK ", runtime.Name, StringComparison.Ordinal);
        Assert.Empty(runtime.Limitation);
        var walker = new JavaStackWalker(target.Process, runtime);
        AssertSame(target, threads, walker);
        frames = walker.Walk(threads.Single(thread => thread.Name == "main").NamespaceTid);
        Assert.Equal(["Srv.readSome", "Srv.userRead", "Srv.main"], frames.TakeLast(3).Select(frame => frame.Function));
        Assert.All(frames.TakeLast(3), frame => Assert.Equal("Srv.java", frame.File));
        return walker;
    }

    // Not only the thread of interest: the others wait in other ways.
    private static void AssertSame(JavaTarget target, List<JavaThread> threads, JavaStackWalker walker)
    {
        foreach (JavaThread thread in threads.Where(static thread => thread.Frames.Count > 0))
        {
            List<CodeFrame> frames = walker.Walk(thread.NamespaceTid);
            Assert.Equal(thread.Frames, frames.Select(frame => frame with { File = frame.Line == 0 ? "" : frame.File, IsInlined = false }));
            Assert.Contains(target.Process.Mappings, mapping => mapping.Contains(walker.End) && mapping.Path.EndsWith("/libjvm.so", StringComparison.Ordinal));
        }
    }

    private static List<JavaThread>? FindThreads(JavaTarget target, string name, string blockedIn)
    {
        target.Process.RefreshMappings();
        JavaThreadDump dump = JavaThreadDump.Take(target.Process, mayStartListener: true);
        JavaThread? found = dump.Threads.FirstOrDefault(thread => thread.Name == name);
        return found?.Frames.FirstOrDefault().Function == blockedIn && found.Tid != 0 ? [.. dump.Threads] : null;
    }
}
