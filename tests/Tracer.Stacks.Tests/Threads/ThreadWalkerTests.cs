// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Python;
using Tracer.Stacks.Tests.DotNet;
using Tracer.Stacks.Tests.Go;
using Tracer.Stacks.Tests.Java;
using Tracer.Stacks.Tests.Python;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;
using Xunit;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>Real programs that wait in a system call: their threads are walked from outside and named.</summary>
public sealed class ThreadWalkerTests(NativePrograms native, DotNetProgram dotNet, CompiledClasses java)
    : IClassFixture<NativePrograms>, IClassFixture<DotNetProgram>, IClassFixture<CompiledClasses>
{
    public static IEnumerable<TheoryDataRow<string>> Interpreters => PythonInterpreters.All;

    [Fact]
    public void Code_without_frame_pointers_is_walked_to_its_start_through_a_callback_of_libc()
    {
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(native.Blocked, $"{peer.Port}");
        using var walked = new WalkedTarget(target.Pid);

        List<ResolvedFrame> frames = walked.Until(target.Pid, null, "recv", "app::Conn::read_once", "long app::handle<app::Conn>", "app::compare", "qsort", "main", "_start");

        Assert.Equal(21, frames.Count(frame => frame.Function.Contains("app::handle<", StringComparison.Ordinal)));
        ThreadStack stack = walked.Walk(target.Pid, null)!;
        Assert.Equal((WalkEnd.Complete, WalkGaps.None), (stack.End, stack.Gaps));
    }

    [Fact]
    public void Rules_of_a_file_are_made_once()
    {
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(native.Blocked, $"{peer.Port}");
        using var walked = new WalkedTarget(target.Pid);
        walked.Until(target.Pid, null, "recv", "main");
        UnwindTableUsage before = walked.Tables.ReadUsage();
        walked.Walk(target.Pid, null);
        Assert.Equal(before, walked.Tables.ReadUsage());
        Assert.InRange(before.Files, 2, 4);
        Assert.InRange(before.Bytes, 100_000, 2_000_000);
        Assert.Equal((ulong)before.Files, before.Compilations);
    }

    [Theory]
    [MemberData(nameof(Interpreters))]
    public void CPython_is_named_by_the_thread_pointer(string interpreter)
    {
        string source = TestData.Target("leak.py");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(interpreter, source, $"{peer.Port}");
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);
        using var walked = new WalkedTarget(target.Pid);

        List<ResolvedFrame> frames = walked.Until(target.Pid, PythonTarget.MainThread(process, runtime), "user_read", "handle", "serve", "<module>");

        Assert.Equal(
            [("user_read", TestData.LineOf(source, "connection.recv")), ("handle", TestData.LineOf(source, "    user_read("))],
            frames.Where(frame => frame.File == source).Take(2).Select(frame => (frame.Function, frame.Line)));
        Assert.True(walked.Walk(target.Pid, null)!.Gaps.HasFlag(WalkGaps.NoThreadPointer));
    }

    [Fact]
    public void A_blocking_request_of_CPython_shows_who_made_it()
    {
        const string Program = """
            import sys, urllib.request
            def query_third_party(port):
                return urllib.request.urlopen("http://127.0.0.1:%s/" % port).read()
            def handler(port):
                query_third_party(port)
            handler(sys.argv[1])
            """;
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start("/usr/bin/python3", "-c", Program, $"{peer.Port}");
        using TargetProcess process = PythonTarget.Open(target, out PythonRuntime runtime);
        using var walked = new WalkedTarget(target.Pid);

        walked.Until(target.Pid, PythonTarget.MainThread(process, runtime), "recv", "SocketIO.readinto", "urlopen", "query_third_party", "handler", "<module>");
    }

    [Theory]
    [InlineData("fread($socket = fsockopen('127.0.0.1', (int)$argv[1]), 10);", "fread")]
    [InlineData("sleep(1000);", "sleep")]
    [InlineData("curl_exec(curl_init('http://127.0.0.1:' . $argv[1] . '/'));", "curl_exec")]
    public void PHP_is_named_in_its_main_thread(string call, string function)
    {
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(
            "/usr/bin/php", "-r", $"class Repo {{ function query($argv) {{ {call} }} }} function controller($argv) {{ (new Repo)->query($argv); }} controller($argv);", $"{peer.Port}");
        using var walked = new WalkedTarget(target.Pid);

        walked.Until(target.Pid, null, function, "Repo::query", "controller", "{main}");
    }

    [Theory]
    [InlineData("-Xint", 0)]
    [InlineData("-XX:CompileThresholdScaling=0.05", 2000)]
    public void Java_is_walked_from_the_system_call_through_its_generated_code(string options, int rounds)
    {
        using JavaTarget target = JavaTarget.Start(java, options, rounds);
        using var walked = new WalkedTarget(target.Process.Pid);
        uint[] tids = JavaTarget.Eventually(() => walked.Threads().Where(tid => IsMain(target.Process.Pid, tid)).ToArray() is { Length: 1 } found ? found : null);

        List<ResolvedFrame> frames = walked.Until(tids[0], null, "sun.nio.ch.SocketDispatcher.read0", "java.net.Socket$SocketInputStream.read", "Srv.readSome", "Srv.userRead", "Srv.main");

        Assert.Equal("Srv.java", frames.Find(frame => frame.Function == "Srv.userRead").File);
        Assert.Equal(WalkEnd.Complete, walked.Walk(tids[0], null)!.End);
    }

    [Fact]
    public void DotNet_is_named_by_asking_it()
    {
        using var target = RunningTarget.Start(port => dotNet.StartInfo("sync", port));
        target.WaitForReceive();
        using var walked = new WalkedTarget(target.Pid);

        walked.Until(target.Pid, null, "System.Net.Sockets.Socket.Receive", "App.UserSyncInner", "App.UserSyncRead", "App.Main");
    }

    [Fact]
    public void Threads_of_Go_are_walked_where_they_are_parked()
    {
        using var programs = new GoParkedProgram();
        using ScriptTarget target = ScriptTarget.Start(programs.Path);
        Assert.Equal("parked", target.ReadLine());
        using var walked = new WalkedTarget(target.Pid);

        // Not the goroutines, which are nobody's when they wait, but what the threads do.
        Assert.All(walked.Threads(), tid => walked.Until(tid, null, "runtime."));
    }

    [Fact]
    public void A_thread_that_runs_all_the_time_gives_a_short_walk_or_none()
    {
        using ScriptTarget target = ScriptTarget.Start(native.Busy);
        using var walked = new WalkedTarget(target.Pid);
        for (int i = 0; i < 300; i++)
        {
            if (walked.Walk(target.Pid, null) is { } stack)
                Assert.InRange(stack.Addresses.Length, 1, StackWalker.MaxFrames);
        }

        Assert.False(new ThreadReader(new ProcfsRoot()).Read(target.Pid, target.Pid, out ThreadStatus thread) == ProcfsStatus.Ok && thread.State is 'T' or 't');
    }

    private static bool IsMain(uint pid, uint tid) =>
        tid != pid && new ThreadReader(new ProcfsRoot()).Read(pid, tid, out ThreadStatus thread) == ProcfsStatus.Ok && thread.Syscall is { Activity: ThreadActivity.InSyscall, Number: 0 };
}
