// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Stacks.Python;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;
using Xunit;

namespace Tracer.Stacks.Tests.Python;

/// <summary>Real interpreters that block in a read: every frame must be named with the line that is in the source.</summary>
public sealed class PythonTargetTests
{
    private const string Shapes = "through_generator,through_closure,through_c,through_init,through_coroutine,größe,大小,𠀀,far_away";

    public static IEnumerable<TheoryDataRow<string>> Interpreters => PythonInterpreters.All;

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void A_blocked_read_names_the_functions_and_lines_that_led_to_it(string interpreter)
    {
        string source = TestData.Target("leak.py");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(interpreter, source, $"{peer.Port}");
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);

        List<CodeFrame> frames = BlockedThread.UntilIn(
            "user_read", process, runtime, PythonTarget.MainThread(process, runtime), TestData.LineOf(source, "connection.recv"));

        Assert.Equal(
            [
                new CodeFrame("user_read", source, TestData.LineOf(source, "connection.recv"), FrameKind.Python),
                new CodeFrame("handle", source, TestData.LineOf(source, "    user_read("), FrameKind.Python),
                new CodeFrame("serve", source, TestData.LineOf(source, "    handle("), FrameKind.Python),
                new CodeFrame("<module>", source, TestData.LineOf(source, "serve(int("), FrameKind.Python),
            ],
            frames);
        peer.CloseConnections();
        Assert.Equal("ready", target.ReadLine());
    }

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void Every_thread_is_found_and_every_kind_of_call_is_named(string interpreter)
    {
        string source = TestData.Target("frames.py");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(interpreter, ["-X", "utf8", source, $"{peer.Port}", Shapes], []);
        Dictionary<string, ulong> threads = ReadThreads(target);
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);
        bool isQualified = PythonTarget.MinorOf(interpreter) >= 11;

        foreach ((string thread, ulong pointer) in threads)
        {
            List<CodeFrame> frames = BlockedThread.UntilIn(
                isQualified ? "Client.fetch" : "fetch", process, runtime, pointer, TestData.LineOf(source, "connection.recv(1)"));
            Assert.Equal(Expected(thread, source, isQualified), frames.Where(frame => frame.File == source).Select(frame => $"{frame.Function}:{frame.Line}"));
            Assert.All(frames, frame => Assert.True(frame.Line > 0 && frame.File.Length > 0, $"{frame}"));
        }

        peer.CloseConnections();
    }

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void A_loop_that_waits_is_seen_in_the_standard_library(string interpreter)
    {
        string source = TestData.Target("asyncio_leak.py");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(interpreter, source, $"{peer.Port}");
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);
        string waiting = PythonTarget.MinorOf(interpreter) >= 11 ? "EpollSelector.select" : "select";

        List<CodeFrame> frames = BlockedThread.UntilIn(waiting, process, runtime, PythonTarget.MainThread(process, runtime));

        Assert.EndsWith("/selectors.py", frames[0].File, StringComparison.Ordinal);
        Assert.Equal(("<module>", source, TestData.LineOf(source, "asyncio.run(")), (frames[^1].Function, frames[^1].File, frames[^1].Line));
        peer.CloseConnections();
        Assert.Equal("ready", target.ReadLine());
    }

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void The_list_of_threads_leads_to_the_same_frames_as_the_slot_of_the_thread(string interpreter)
    {
        using var peer = new SilentPeer();
        string source = TestData.Target("frames.py");
        using ScriptTarget target = ScriptTarget.Start(interpreter, source, $"{peer.Port}", "through_closure,far_away");
        Dictionary<string, ulong> threads = ReadThreads(target, count: 3);
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);
        InterpreterLayout layout = runtime.Layout!;
        Assert.Equal(InterpreterRoot.ThreadPointer, layout.RootKind);
        ulong head = PythonTarget.ThreadList(process, runtime);

        foreach (ulong pointer in threads.Values)
        {
            BlockedThread.UntilIn(
                PythonTarget.MinorOf(interpreter) >= 11 ? "Client.fetch" : "fetch", process, runtime, pointer, TestData.LineOf(source, "connection.recv(1)"));
            InterpreterLayout byList = layout with { RootKind = InterpreterRoot.ThreadList, Root = head };
            Assert.Equal(InterpreterWalk.Frames(process, layout, pointer, out _), InterpreterWalk.Frames(process, byList, pointer, out _));
        }

        peer.CloseConnections();
    }

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void The_runtime_says_its_version(string interpreter)
    {
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(interpreter, TestData.Target("leak.py"), $"{peer.Port}");
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);

        string version = TargetProgram.Run(interpreter, "-c", "import platform; print(platform.python_version())").Trim();
        Assert.Equal(("", FrameKind.Python, $"CPython {version}"), (runtime.Limitation, runtime.Kind, runtime.Name));
    }

    private static IEnumerable<string> Expected(string thread, string source, bool isQualified)
    {
        uint Line(string text) => TestData.LineOf(source, text);
        yield return $"{(isQualified ? "Client.fetch" : "fetch")}:{Line("connection.recv(1)")}";
        yield return $"{(isQualified ? "Client.run" : "run")}:{Line("Client(port).fetch()")}";
        (string Function, string Old, uint Line)[] middle = thread switch
        {
            "through_generator" => [("generator", "", Line("yield 1") + 1), ("through_generator", "", Line("in generator(port):"))],
            "through_closure" => [("closure.<locals>.inner", "inner", Line("    Client.run(value)")), ("through_closure", "", Line("closure(port)(port)"))],
            "through_c" => [("through_c.<locals>.<lambda>", "<lambda>", Line("sorted([port]")), ("through_c", "", Line("sorted([port]"))],
            "through_init" => [("Eager.__init__", "__init__", Line("a class's __init__.") + 1), ("through_init", "", Line("    Eager(port)"))],
            "through_coroutine" =>
            [
                ("coroutine", "", Line("def coroutine(") + 1), ("outer_coroutine", "", Line("await coroutine(port)")),
                ("through_coroutine", "", Line("asyncio.run(")),
            ],
            "MainThread" => [("plain", "", Line("def plain(") + 1), ("<module>", "", Line("    plain(int("))],
            "far_away" => [("far_away", "", Line("# far away"))],
            _ => [(thread, "", Line($"def {thread}(") + 1)],
        };
        foreach ((string function, string old, uint line) in middle)
            yield return $"{(isQualified || old.Length == 0 ? function : old)}:{line}";
    }

    private static Dictionary<string, ulong> ReadThreads(ScriptTarget target, int count = 10)
    {
        var threads = new Dictionary<string, ulong>();
        while (threads.Count < count)
        {
            string[] words = target.ReadLine().Split(' ');
            threads.Add(words[0], ulong.Parse(words[1], CultureInfo.InvariantCulture));
        }

        return threads;
    }
}
