// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>CPython: functions, files and lines at the moment of the call, without flags in the target.</summary>
public sealed class PythonStackTests : KernelTest
{
    private const string Interpreter = "/usr/bin/python3";

    [Fact]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(Start);
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        StackLines.AssertInOrder(socket.Origin, "serve leaking.py:", "<module> leaking.py:");
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "user_close leaking.py:", "serve leaking.py:");
        RuntimeTable.Note("CPython 3.11", socket, ended, function => function.StartsWith("user_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(Start);
        AssertNamed(await LeakUntilNamed(scene));
    }

    [Fact]
    public async Task Thread_other_than_main_is_named()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(StartThread);
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        Assert.NotEqual(socket.Origin.Pid, socket.Origin.Tid);
        StackLines.AssertInOrder(socket.Origin, "serve leaking.py:", "Thread.run threading.py:", "Thread._bootstrap threading.py:");
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "user_close leaking.py:", "serve leaking.py:", "Thread.run threading.py:");
    }

    [Fact]
    public async Task Program_with_threads_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(StartThread);
        AssertNamed(await LeakUntilNamed(scene));
    }

    [Fact]
    public async Task Program_in_namespaces_of_its_own_is_named()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(StartInNamespaces);
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        Assert.Equal((uint)scene.Program.Pid, socket.Origin.Pid);
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "user_close leaking.py:", "serve leaking.py:");
    }

    [Fact]
    public async Task Program_in_namespaces_of_its_own_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(StartInNamespaces);
        AssertNamed(await LeakUntilNamed(scene));
    }

    [Fact]
    public async Task Forked_child_is_named_from_its_first_socket_on()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(StartForking);
        for (int child = 0; child < 3; child++)
        {
            SocketRecord socket = await scene.Leak();
            AssertNamed(socket);
            Assert.NotEqual((uint)scene.Program.Pid, socket.Origin.Pid);
            StackLines.AssertInOrder(socket.Origin, "in_child leaking_threads.py:", "serve_by_children leaking_threads.py:");
        }
    }

    [Fact]
    public async Task Forked_child_of_a_program_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(StartForking);
        AssertNamed(await LeakUntilNamed(scene));
    }

    [Fact]
    public async Task Process_that_was_looked_at_before_its_interpreter_started_is_looked_at_again()
    {
        Directory.CreateDirectory(Repository.Artifacts);
        string early = Path.Combine(Repository.Artifacts, "early.so");
        await Command.MustRun("gcc", "-O1", "-shared", "-fPIC", "-o", early, Path.Combine(Repository.Sources, "Targets", "runtimes", "early.c"));

        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(
            port => LeakingProgram.Start("env", $"LD_PRELOAD={early}", $"EARLY_PORT={port}", Interpreter, Script("leaking.py"), $"{port}"));

        AssertNamed(await LeakUntilNamed(scene));
    }

    private static string Script(string name) => Path.Combine(Repository.Sources, "Targets", "runtimes", name);

    private static LeakingProgram Start(int port) => LeakingProgram.Start(Interpreter, Script("leaking.py"), $"{port}");

    private static LeakingProgram StartThread(int port) => LeakingProgram.Start(Interpreter, Script("leaking_threads.py"), $"{port}", "thread");

    private static LeakingProgram StartForking(int port) => LeakingProgram.Start(Interpreter, Script("leaking_threads.py"), $"{port}", "fork");

    private static LeakingProgram StartInNamespaces(int port) =>
        LeakingProgram.StartInNamespaces(Interpreter, Script("leaking.py"), $"{port}");

    private static Task<SocketRecord> LeakUntilNamed(RuntimeScene scene) =>
        scene.LeakUntil("the origin is named", socket => StackLines.HasInOrder(socket.Origin, "user_open"));

    private static void AssertNamed(SocketRecord socket)
    {
        StackLines.AssertInOrder(socket.Origin, "user_open leaking.py:", "handle leaking.py:");
        StackLines.AssertInOrder(socket.FirstSend, "user_send leaking.py:", "handle leaking.py:");
        StackLines.AssertInOrder(socket.EofRead, "user_read leaking.py:", "handle leaking.py:");
        Assert.Equal("user_read", StackLines.UserFunction(socket.EofRead));
    }
}
