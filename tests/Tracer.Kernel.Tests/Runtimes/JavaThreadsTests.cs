// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;
using Status = CloseWait.V1.DumpThreadsResponse.Types.Status;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Thread dumps on request: what the thread that read a leaked socket's end does now.</summary>
public sealed class JavaThreadsTests : KernelTest
{
    private const string Java = "/usr/bin/java";

    [Fact]
    public async Task Reader_of_a_leaked_socket_is_found_in_the_dump_by_its_thread_id()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => LeakingProgram.Start(Java, "-cp", JavaClasses.Folder, JavaClasses.Program, $"{port}"));
        SocketRecord socket = await Block(scene);

        DumpThreadsResponse refused = await Dump(scene, mayStartListener: false);
        Assert.Equal((Status.NotListening, 0), (refused.Status, refused.Threads.Count));
        Assert.False(File.Exists($"/tmp/.java_pid{scene.Pid}"));

        AssertReader(await Dump(scene, mayStartListener: true), socket, isIsolated: false);
        // It listens now: nothing need be sent any more.
        AssertReader(await Dump(scene, mayStartListener: false), socket, isIsolated: false);
        Assert.Contains($"closewait: thread dump of pid {scene.Pid} requested; SIGQUIT is allowed where it is caught", scene.Daemon.Process.Errors);
        await scene.Program.Close();
    }

    [Fact]
    public async Task Reader_in_another_pid_namespace_is_found_too()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(
            port => LeakingProgram.StartIsolated(JavaClasses.Folder, Java, "-cp", LeakingProgram.IsolatedFolder, JavaClasses.Program, $"{port}"));
        SocketRecord socket = await Block(scene);
        AssertReader(await Dump(scene, mayStartListener: true), socket, isIsolated: true);
    }

    [Theory]
    [InlineData("-XX:+DisableAttachMechanism", Status.Disabled)]
    [InlineData("-Xrs", Status.Ok)] // It listens from the beginning.
    public async Task Machine_that_must_not_be_signalled_is_not(string option, Status status)
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(
            port => LeakingProgram.Start(Java, option, "-cp", JavaClasses.Folder, JavaClasses.Program, $"{port}"));
        await scene.Program.Close();
        Assert.Equal(status, (await Dump(scene, mayStartListener: true)).Status);
        await scene.Program.Close();
        Assert.Equal(["closed", "closed", "closed"], ((LeakingProgram)scene.Program).Output);
    }

    [Fact]
    public async Task Command_shows_Java_frames_without_asking_the_machine_and_says_that_it_could_be_asked()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => LeakingProgram.Start(Java, "-cp", JavaClasses.Folder, JavaClasses.Program, $"{port}"));
        await ((LeakingProgram)scene.Program).Ask("block", "blocked");

        Command threads = await Deadline.Until("the waiting method is named", async () =>
        {
            Command look = await Command.Run(Repository.Executable, "threads", $"{scene.Pid}", "--socket", scene.Daemon.SocketPath);
            return look.Output.Contains("  > Leaking.waitForever (Leaking.java:", StringComparison.Ordinal) ? look : null;
        });

        Assert.Equal(0, threads.ExitCode);
        Assert.Contains($"closewait: pid {scene.Pid} is a Java machine: --java asks it for its own account of its threads", threads.ErrorLines);
        Assert.Contains("\"stuck reader\" tid ", threads.Output, StringComparison.Ordinal);
        Assert.False(File.Exists($"/tmp/.java_pid{scene.Pid}"));
        Assert.DoesNotContain(scene.Daemon.Process.Errors, line => line.Contains("thread dump", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Command_prints_the_threads_or_one_line()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => LeakingProgram.Start(Java, "-cp", JavaClasses.Folder, JavaClasses.Program, $"{port}"));
        await Block(scene);
        string[] where = ["--socket", scene.Daemon.SocketPath];

        Command quiet = await Command.Run(Repository.Executable, ["threads", $"{scene.Pid}", "--java", .. where]);
        Assert.Equal((6, ""), (quiet.ExitCode, quiet.Output));
        Assert.Equal(
            $"closewait: pid {scene.Pid}: it does not listen for requests yet, and nothing was sent to make it (--attach makes it, by a SIGQUIT that it catches)",
            Assert.Single(quiet.ErrorLines));

        Command attached = await Command.Run(Repository.Executable, ["threads", $"{scene.Pid}", "--attach", .. where]);
        Assert.Equal((0, ""), (attached.ExitCode, attached.Error));
        Assert.Contains("    Leaking.waitForever (Leaking.java:", attached.Output, StringComparison.Ordinal);

        Command noJava = await Command.Run(Repository.Executable, ["threads", $"{scene.Daemon.Pid}", "--attach", "--json", .. where]);
        Assert.Equal((6, ""), (noJava.ExitCode, noJava.Output));
        Assert.Equal($"closewait: pid {scene.Daemon.Pid}: no HotSpot runs in it", Assert.Single(noJava.ErrorLines));
    }

    private static async Task<SocketRecord> Block(RuntimeScene scene)
    {
        await ((LeakingProgram)scene.Program).Ask("block", "blocked");
        return await scene.FindNew();
    }

    private static async Task<DumpThreadsResponse> Dump(RuntimeScene scene, bool mayStartListener) =>
        await scene.Daemon.Client.DumpThreadsAsync(
            new DumpThreadsRequest { Pid = (uint)scene.Pid, MayStartListener = mayStartListener }, deadline: DateTime.UtcNow.AddSeconds(60));

    private static void AssertReader(DumpThreadsResponse dump, SocketRecord socket, bool isIsolated)
    {
        Assert.Equal((Status.Ok, ""), (dump.Status, dump.StatusText));
        DumpedThread reader = Assert.Single(dump.Threads, thread => thread.Tid == socket.EofRead.Tid);
        Assert.Equal("stuck reader", reader.Name);
        Assert.Equal(isIsolated, reader.NamespaceTid != reader.Tid);
        Assert.Equal(["Leaking.waitForever", "Leaking.readAndWait"], reader.Frames.Select(frame => frame.Function).Where(f => f.StartsWith("Leaking.", StringComparison.Ordinal)).Take(2));
        Assert.StartsWith("WAITING", reader.State, StringComparison.Ordinal);
    }
}
