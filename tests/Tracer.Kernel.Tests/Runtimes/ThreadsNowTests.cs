// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;
using Status = CloseWait.V1.InspectThreadsResponse.Types.Status;
using ThreadState = CloseWait.V1.ThreadState;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>What threads do at this moment, asked of a real daemon, and what it costs those that are looked at: nothing that they could notice.</summary>
public sealed class ThreadsNowTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const int Looks = 60;

    [Fact]
    public async Task Native_code_without_frame_pointers_shows_function_line_and_connection()
    {
        await using BlockedPrograms programs = new();
        Child target = await programs.StartNative(threads: 3);

        List<ThreadState> threads = await Until(Daemon, target.Pid, found => AllWait(found) && Has(found, target.Pid, "app::Conn::wait_for_answer"));

        ThreadState main = threads.Single(thread => thread.Tid == target.Pid);
        AssertReceives(main, programs.Port);
        StackLines.AssertInOrder(
            StackOf(main), "recv", $"app::Conn::wait_for_answer() {BlockedPrograms.Line("blocked.cpp", "waits")}", $"app::serve(app::Conn&) {BlockedPrograms.Line("blocked.cpp", "serves")}",
            "main blocked.cpp:", "_start");
        Assert.Equal("app::Conn::wait_for_answer()", StackLines.UserFunction(StackOf(main)));
        Assert.Equal((StackEnd.Complete, ""), (main.StackEnd, main.Limitation));
        List<ThreadState> idle = threads.FindAll(thread => thread.Tid != target.Pid);
        Assert.Equal(3, idle.Count);
        Assert.All(idle, thread => Assert.Equal(("pause", 21, StackEnd.Complete), (thread.Syscall, thread.Stack.Count(frame => frame.Function == "app::idle(int)"), thread.StackEnd)));
    }

    [Fact]
    public async Task A_blocking_request_of_CPython_shows_who_made_it_in_which_thread()
    {
        await using BlockedPrograms programs = new();
        Child target = await programs.StartPython();

        List<ThreadState> threads = await Until(
            Daemon, target.Pid,
            found => Has(found, target.Pid, "Thread.join") && found.Exists(thread => thread.Tid != target.Pid && StackLines.HasInOrder(StackOf(thread), "recv", "query_third_party")));

        Assert.Equal(2, threads.Count);
        ThreadState handler = threads.Single(thread => thread.Tid != target.Pid);
        AssertReceives(handler, programs.Port);
        StackLines.AssertInOrder(
            StackOf(handler), "recv", "SocketIO.readinto socket.py:", "urlopen request.py:", $"query_third_party {BlockedPrograms.Line("blocked.py", "waits")}",
            $"handle {BlockedPrograms.Line("blocked.py", "handles")}", "Thread.run threading.py:");
        Assert.Equal("query_third_party", StackLines.UserFunction(StackOf(handler)));
        ThreadState main = threads.Single(thread => thread.Tid == target.Pid);
        Assert.Equal("futex", main.Syscall);
        StackLines.AssertInOrder(StackOf(main), "Thread.join threading.py:", $"serve {BlockedPrograms.Line("blocked.py", "joins")}", "<module> blocked.py:");
        Assert.Equal("serve", StackLines.UserFunction(StackOf(main)));
    }

    [Fact]
    public async Task PHP_shows_function_and_line()
    {
        await using BlockedPrograms programs = new();
        Child target = await programs.StartPhp();

        List<ThreadState> threads = await Until(Daemon, target.Pid, found => Has(found, target.Pid, "fread", "Repo::load"));

        ThreadState main = threads.Single(thread => thread.Tid == target.Pid);
        Assert.Equal(("poll", true), (main.Syscall, main.HasSyscallFd));
        Assert.EndsWith($" -> 127.0.0.1:{programs.Port} ESTABLISHED", main.SyscallTarget, StringComparison.Ordinal);
        StackLines.AssertInOrder(
            StackOf(main), "poll", "fread", $"Repo::load {BlockedPrograms.Line("blocked.php", "waits")}", $"controller {BlockedPrograms.Line("blocked.php", "controls")}", "{main} blocked.php:");
        Assert.Equal("Repo::load", StackLines.UserFunction(StackOf(main)));
    }

    [Fact]
    public async Task DotNet_is_named_where_it_waits_for_its_input()
    {
        await DotNetProgram.Compile();
        await using LeakingProgram target = LeakingProgram.Start(DotNetProgram.Host, DotNetProgram.Application, "sync", "1");
        await target.Ready();

        List<ThreadState> threads = await Until(Daemon, target.Pid, found => Has(found, target.Pid, "read", "System.IO.", "App.Main"));

        Assert.Equal(("read", true, "pipe"), (threads[0].Syscall, threads[0].HasSyscallFd, threads[0].SyscallTarget));
    }

    [Fact]
    public async Task Nobody_who_is_looked_at_is_stopped_or_traced()
    {
        await using BlockedPrograms programs = new();
        Child[] targets = [await programs.StartNative(threads: 3), await programs.StartPython(), await programs.StartBusy()];
        using CancellationTokenSource over = new();
        Task<int> watching = Task.Run(() => WatchStates(targets, over.Token));
        TimeSpan before = Process.GetProcessById(targets[2].Pid).TotalProcessorTime;

        for (int look = 0; look < Looks; look++)
        {
            foreach (Child target in targets)
                Assert.Equal(Status.Ok, (await Look(Daemon, target.Pid)).Status);
        }

        // What never waits has used a processor all the time, as far as the tests beside this one let it.
        await Deadline.Until("the busy program goes on", () => Task.FromResult(Process.GetProcessById(targets[2].Pid).TotalProcessorTime > before ? "on" : null));
        await over.CancelAsync();
        Assert.InRange(await watching, Looks, int.MaxValue);
    }

    [Fact]
    public async Task What_runs_all_the_time_is_marked_and_never_looks_like_a_wait()
    {
        await using BlockedPrograms programs = new();
        Child target = await programs.StartBusy();
        for (int look = 0; look < Looks; look++)
        {
            ThreadState thread = Assert.Single((await Look(Daemon, target.Pid)).Threads);
            Assert.Equal(("running", ""), (thread.State, thread.Syscall));
            // Off its processor during the whole look it stood still: then its registers are those of the last interrupt, and true.
            Assert.True(thread.Limitation.Length > 0 || StackLines.HasInOrder(StackOf(thread), "main"), $"{thread}");
        }
    }

    [Fact]
    public async Task Looks_and_scans_do_not_disturb_each_other()
    {
        await using BlockedPrograms programs = new();
        Child target = await programs.StartNative(threads: 20);
        await Until(Daemon, target.Pid, found => AllWait(found) && Has(found, target.Pid, "app::Conn::wait_for_answer"));
        Task scans = Scan();
        for (int look = 0; look < Looks; look++)
        {
            InspectThreadsResponse answer = await Look(Daemon, target.Pid);
            Assert.Equal(21, answer.Threads.Count);
            Assert.All(answer.Threads, thread => Assert.Equal((StackEnd.Complete, ""), (thread.StackEnd, thread.Limitation)));
        }

        await scans;
        Assert.Equal((0ul, 0ul), ((await Daemon.Counters())["scans_failed"], (await Daemon.Counters())["thread_registers_failed"]));

        async Task Scan()
        {
            for (int scan = 0; scan < Looks; scan++)
                await Daemon.List();
        }
    }

    [Fact]
    public async Task Without_the_iterator_procfs_has_to_do()
    {
        await using BlockedPrograms programs = new();
        await using Daemon daemon = await Daemon.Start("--hooks", "threads=procfs");
        Assert.Equal("procfs", (await daemon.Status()).Hooks.Single(hook => hook.Fact == "threads").Rung);
        Child native = await programs.StartNative();
        Child php = await programs.StartPhp();
        Child python = await programs.StartPython();

        await Until(daemon, native.Pid, found => Has(found, native.Pid, "recv", "app::Conn::wait_for_answer", "app::serve", "main"));
        await Until(daemon, php.Pid, found => Has(found, php.Pid, "fread", "Repo::load", "controller"));
        List<ThreadState> threads = await Until(daemon, python.Pid, found => found.TrueForAll(thread => thread.Stack.Count > 0));
        Assert.All(threads, thread => Assert.Contains("its thread pointer is not known: frames of the interpreter are missing", thread.Limitation, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_in_another_network_namespace_has_its_own_connections()
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        const string script = "import socket; l = socket.create_server(('127.0.0.1', 7777)); print('listening', flush=True); l.accept()";
        await using Child target = netns.Start("/usr/bin/python3", "-c", script);
        Assert.Equal("listening", await target.ReadLine());

        List<ThreadState> threads = await Until(Daemon, target.Pid, found => Has(found, target.Pid, "accept4", "<module>"));

        Assert.Equal(("accept4", "tcp listening 127.0.0.1:7777"), (threads[0].Syscall, threads[0].SyscallTarget));
    }

    [Fact]
    public async Task The_command_answers_without_a_daemon_and_leaves_nothing()
    {
        using ScratchFolder scratch = new();
        await using BlockedPrograms programs = new();
        Child target = await programs.StartPython();
        MachineInventory before = await MachineInventory.Take();

        // On a machine that is busy with other things the time of the only look may be over before all files are read.
        await Deadline.Until("the request is named", async () =>
        {
            Command threads = await Command.Run(Repository.Executable, "threads", $"{target.Pid}", "--socket", scratch.PathOf("nobody"));
            Assert.True(threads.ExitCode == 0, threads.ToString());
            Assert.Contains("started one", Assert.Single(threads.ErrorLines), StringComparison.Ordinal);
            return threads.Output.Contains($"  > query_third_party ({BlockedPrograms.Source("blocked.py")}:", StringComparison.Ordinal) ? threads : null;
        }, TimeSpan.FromSeconds(60));
        string[] left = [];
        await Deadline.Until(
            "nothing is left", async () => (left = (await MachineInventory.Take()).Added(before)).Length == 0 ? "nothing" : null, evidence: () => string.Join('\n', left));
    }

    [Fact]
    public async Task Who_is_gone_or_was_never_there_is_said()
    {
        InspectThreadsResponse answer = await Look(Daemon, int.MaxValue);
        Assert.Equal((Status.NoProcess, "there is no such process"), (answer.Status, answer.StatusText));
        Command command = await Command.Run(Repository.Executable, "threads", $"{int.MaxValue}", "--socket", Daemon.SocketPath);
        Assert.Equal($"closewait: pid {int.MaxValue}: there is no such process", Assert.Single(command.ErrorLines));
    }

    private static async Task<InspectThreadsResponse> Look(Daemon daemon, int pid) =>
        await daemon.Client.InspectThreadsAsync(new InspectThreadsRequest { Pid = (uint)pid }, deadline: DateTime.UtcNow.AddSeconds(60));

    /// <summary>Looks until the threads are as expected: they may not have come there yet, and the first look may have to read large files.</summary>
    private static async Task<List<ThreadState>> Until(Daemon daemon, int pid, Predicate<List<ThreadState>> condition)
    {
        List<ThreadState> last = [];
        return await Deadline.Until(
            "the threads are where they should be",
            async () =>
            {
                last = [.. (await Look(daemon, pid)).Threads];
                return condition(last) ? last : null;
            },
            TimeSpan.FromSeconds(60),
            () => string.Join('\n', last.Select(thread => $"{thread.Tid} {thread.State} {thread.Syscall} ({thread.Limitation}): {StackLines.Describe(StackOf(thread))}")));
    }

    // On a busy machine a thread that was just made has not run yet: it is at the end of clone3, and says so.
    private static bool AllWait(List<ThreadState> threads) => threads.TrueForAll(thread => thread.Syscall.Length > 0);

    private static bool Has(List<ThreadState> threads, int tid, params string[] functions) =>
        threads.Exists(thread => thread.Tid == tid && StackLines.HasInOrder(StackOf(thread), functions));

    private static Actor StackOf(ThreadState thread)
    {
        Actor actor = new() { Stack = { thread.Stack }, StackEnd = thread.StackEnd, StackId = 1 };
        if (thread.HasUserFrame)
            actor.UserFrame = thread.UserFrame;
        return actor;
    }

    private static void AssertReceives(ThreadState thread, int port)
    {
        Assert.Equal(("sleeping", "recvfrom", true), (thread.State, thread.Syscall, thread.HasSyscallFd));
        Assert.StartsWith("tcp 127.0.0.1:", thread.SyscallTarget, StringComparison.Ordinal);
        Assert.EndsWith($" -> 127.0.0.1:{port} ESTABLISHED", thread.SyscallTarget, StringComparison.Ordinal);
        Assert.NotEqual("", thread.WaitChannel);
    }

    // As often as it can: a stop of a moment would be long enough to be seen in some of the looks.
    private static int WatchStates(Child[] targets, CancellationToken over)
    {
        int samples = 0;
        while (!over.IsCancellationRequested)
        {
            foreach (string task in targets.SelectMany(target => Directory.GetDirectories($"/proc/{target.Pid}/task")))
            {
                string[] status = File.ReadAllLines(Path.Combine(task, "status"));
                Assert.DoesNotContain(status, line => line.StartsWith("State:\tT", StringComparison.Ordinal) || line.StartsWith("State:\tt", StringComparison.Ordinal));
                Assert.Contains("TracerPid:\t0", status);
                samples++;
            }
        }

        return samples;
    }
}
