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
    private const string Eager = "-XX:CompileThresholdScaling=0.05";

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
        using JavaTarget target = JavaTarget.Start(classes, Eager, Rounds, isolated: true);
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
            using JavaTarget target = JavaTarget.Start(classes, options, rounds, java);
            AssertSameAsThreadDump(target, out _);
        }
    }

    public static TheoryData<string> Machines() => new(
        from folder in Directory.GetDirectories("/usr/lib/jvm")
        let java = Path.Combine(folder, "bin", "java")
        where new DirectoryInfo(folder).LinkTarget is null && File.Exists(java)
        select java);

    private static JavaStackWalker AssertSameAsThreadDump(JavaTarget target, out List<CodeFrame> frames)
    {
        JavaThread main = JavaTarget.Eventually(() => FindBlocked(target));
        using ILanguageRuntime runtime = new JavaDetector().Detect(target.Process)!;
        Assert.StartsWith("OpenJDK ", runtime.Name, StringComparison.Ordinal);
        Assert.Empty(runtime.Limitation);
        var walker = new JavaStackWalker(target.Process, runtime);
        frames = walker.Walk(main.NamespaceTid);
        Assert.Equal(main.Frames, frames.Select(frame => frame with { File = frame.Line == 0 ? "" : frame.File, IsInlined = false }));
        Assert.Equal(["Srv.readSome", "Srv.userRead", "Srv.main"], frames.TakeLast(3).Select(frame => frame.Function));
        Assert.All(frames.TakeLast(3), frame => Assert.Equal("Srv.java", frame.File));
        return walker;
    }

    private static JavaThread? FindBlocked(JavaTarget target)
    {
        target.Process.RefreshMappings();
        JavaThreadDump dump = JavaThreadDump.Take(target.Process, mayStartListener: true);
        JavaThread? main = dump.Threads.FirstOrDefault(thread => thread.Name == "main");
        return main?.Frames.FirstOrDefault().Function is "sun.nio.ch.SocketDispatcher.read0" && main.Tid != 0 ? main : null;
    }
}
