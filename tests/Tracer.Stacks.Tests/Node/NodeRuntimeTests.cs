// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Stacks.Node;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.DotNet;
using Tracer.Stacks.Tests.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Node;

/// <summary>Names the code of a running Node.js, with and without the flags that make V8 write a perf map.</summary>
public sealed class NodeRuntimeTests
{
    private static readonly string[] Flags = ["--perf-basic-prof", "--interpreted-frames-native-stack"];

    private readonly ManualTime _time = new();

    [Fact]
    public void Function_that_blocks_is_on_the_stack_with_file_and_line()
    {
        using var target = RunningTarget.Start(port => new ProcessStartInfo("node", [.. Flags, Script, $"{port}", "block"]));
        string map = $"/tmp/perf-{target.Pid}.map";
        try
        {
            using TargetProcess process = target.Open();
            using ILanguageRuntime runtime = new NodeDetector(_time).Detect(process)!;
            List<CodeFrame> frames = [];
            // It blocks a moment after it has connected.
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    _time.Advance(TimeSpan.FromMinutes(1));
                    frames = [.. Frames(target, process, runtime)];
                    return frames.Any(frame => frame.Function == "userBlocks");
                },
                TimeSpan.FromSeconds(30)));

            int user = frames.FindIndex(frame => frame.Function == "userBlocks");
            Assert.Equal(new CodeFrame("userBlocks", Script, 21, FrameKind.JavaScript), frames[user]);
            Assert.True(frames.FindLastIndex(frame => frame.Function == "processTimers" && frame.File == "node:internal/timers") > user);
            Assert.Contains(frames, frame => frame.Kind == FrameKind.Stub && frame.Function.StartsWith("Builtin:", StringComparison.Ordinal));
            Assert.Equal("", runtime.Limitation);
        }
        finally
        {
            File.Delete(map);
        }
    }

    [Fact]
    public void Functions_that_are_compiled_later_are_read_from_the_new_lines()
    {
        using var target = RunningTarget.Start(port => new ProcessStartInfo("node", [.. Flags, Script, $"{port}"]));
        try
        {
            using TargetProcess process = target.Open();
            using var runtime = (NodeRuntime)new NodeDetector(_time).Detect(process)!;
            runtime.TryName(1, []);
            Assert.DoesNotContain("userOnEnd", Names(runtime));
            Assert.Contains("userLoop", Names(runtime));
            target.Finish();
            Assert.NotEmpty(target.Ask("3"));

            runtime.TryName(1, []);
            Assert.DoesNotContain("userOnEnd", Names(runtime));
            _time.Advance(TimeSpan.FromSeconds(1));
            runtime.TryName(1, []);
            Assert.Contains("userOnEnd", Names(runtime));
        }
        finally
        {
            File.Delete($"/tmp/perf-{target.Pid}.map");
        }
    }

    [Fact]
    public void Without_the_flag_no_address_is_named_even_if_an_old_map_lies_there_and_functions_are_asked_for()
    {
        using var target = RunningTarget.Start(port => new ProcessStartInfo("node", [Script, $"{port}"]));
        string stale = $"/tmp/perf-{target.Pid}.map";
        File.WriteAllText(stale, "1 fffffff JS:~somebodyElse /s.js:1:1\n");
        try
        {
            using TargetProcess process = target.Open();
            using ILanguageRuntime runtime = new NodeDetector(_time).Detect(process)!;

            Assert.Equal(InterpreterRoot.NativeFrames, runtime.Layout?.RootKind);
            Assert.Equal("", runtime.Limitation);
            Assert.Empty(Frames(target, process, runtime));
            Assert.False(runtime.TryName(0x1000, []));
        }
        finally
        {
            File.Delete(stale);
        }
    }

    [Fact]
    public void Function_objects_on_the_stack_have_the_names_of_the_perf_map()
    {
        using var target = RunningTarget.Start(port => new ProcessStartInfo("node", [.. Flags, Script, $"{port}", "block"]));
        try
        {
            using TargetProcess process = target.Open();
            using var runtime = (NodeRuntime)new NodeDetector(_time).Detect(process)!;
            List<(CodeFrame Mapped, CodeFrame Read)> pairs = [];
            Assert.True(SpinWait.SpinUntil(
                () =>
                {
                    _time.Advance(TimeSpan.FromMinutes(1));
                    pairs = [.. FunctionsOnStack(target, process, runtime)];
                    return pairs.Any(pair => pair.Mapped.Function == "userBlocks");
                },
                TimeSpan.FromSeconds(30)));

            Assert.True(pairs.Count >= 3);
            foreach ((CodeFrame mapped, CodeFrame read) in pairs)
            {
                // The source of Node.js's own modules lies outside of the heap.
                bool isOwn = read.File.StartsWith("node:", StringComparison.Ordinal);
                Assert.Equal(mapped with { Line = isOwn ? 0 : mapped.Line }, read);
            }
        }
        finally
        {
            File.Delete($"/tmp/perf-{target.Pid}.map");
        }
    }

    // From the user's function outwards along the saved frame pointers: the frame of a return address begins where the word before it points.
    private static IEnumerable<(CodeFrame Mapped, CodeFrame Read)> FunctionsOnStack(RunningTarget target, TargetProcess process, NodeRuntime runtime)
    {
        ulong[] words = [.. target.ReadStack(process)];
        int start = Array.FindIndex(words, word => NameAt(runtime, word).Function == "userBlocks");
        if (start < 1)
            yield break;
        ulong frame = words[start - 1];
        ulong address = words[start];
        while (process.TryFindMapping(frame, out var mapping) && mapping.Path == "[stack]")
        {
            CodeFrame mapped = NameAt(runtime, address);
            var read = new List<CodeFrame>();
            if (mapped.Kind == FrameKind.JavaScript && process.TryRead(unchecked(frame + (ulong)runtime.Metadata!.FrameFunction), out ulong function))
            {
                // The word before is the context, a tagged pointer; in frames that hold no function it is a small number.
                Assert.True(process.TryRead(frame - sizeof(ulong), out ulong context) && (context & 3) == 1);
                Assert.True(runtime.TryName(new InterpreterFrame(function, 0, 0), read), mapped.Function);
                // What all closures share is the better key, since it stays where it is.
                process.TryRead(unchecked(function - 1 + (ulong)runtime.Metadata!.FunctionShared), out ulong shared);
                Assert.True(runtime.TryName(new InterpreterFrame(shared, 0, 0), read));
                Assert.Equal(read[0], read[1]);
                yield return (mapped, read[0]);
            }

            if (!process.TryRead(frame + sizeof(ulong), out address) || !process.TryRead(frame, out frame))
                yield break;
        }
    }

    private static CodeFrame NameAt(NodeRuntime runtime, ulong address)
    {
        var frames = new List<CodeFrame>();
        return runtime.TryName(address - 1, frames) ? frames[0] : new CodeFrame("", "", 0, FrameKind.Unknown);
    }

    private static string Script { get; } = DotNetProgram.Source("node-app.js");

    private static IEnumerable<CodeFrame> Frames(RunningTarget target, TargetProcess process, ILanguageRuntime runtime)
    {
        foreach (ulong word in target.ReadStack(process))
        {
            var frames = new List<CodeFrame>();
            if (process.TryFindMapping(word, out var mapping) && mapping.IsExecutable && runtime.TryName(word - 1, frames))
                yield return frames[0];
        }
    }

    private static List<string> Names(NodeRuntime runtime)
    {
        var names = new List<string>();
        for (int i = 0; i < runtime.Code.Count; i++)
        {
            var frames = new List<CodeFrame>();
            Assert.True(runtime.TryName(runtime.Code[i].Start, frames));
            names.Add(frames[0].Function);
        }

        return names;
    }
}
