// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// HotSpot: native frames, then compiled and inlined methods by the code cache, interpreted ones by their own frames, and the machine that called
/// the first; without flags that help.
/// </summary>
public sealed class JavaStackTests : KernelTest
{
    private const string Java = "/usr/bin/java";

    // Compiles twenty times as early: a warm-up takes a second instead of a minute.
    private const string Impatient = "-XX:CompileThresholdScaling=0.05";
    private const int Rounds = 1500;

    [Fact]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => StartRunning(port));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        SocketRecord ended = await scene.Close(socket.Cookie);
        AssertClosedByUser(ended);
        RuntimeTable.Note("OpenJDK 17", socket, ended, function => function.StartsWith("Leaking.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => Start(port));
        AssertNamed(await scene.LeakUntil("the stacks are complete", IsComplete));
    }

    [Fact]
    public async Task Interpreted_methods_are_named()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => StartRunning(port, "-Xint"));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        AssertClosedByUser(await scene.Close(socket.Cookie));
    }

    [Fact]
    public async Task Compiled_and_inlined_methods_are_named()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(StartWarm);
        SocketRecord socket = await scene.LeakUntil("the stacks are complete", IsComplete);
        AssertNamed(socket);
        Assert.Contains(socket.EofRead.Stack, frame => frame is { IsInlined: true, Function: "Leaking.readSome" });
        AssertClosedByUser(await scene.Close(socket.Cookie));
    }

    [Fact]
    public async Task Code_compiled_after_the_daemon_looked_is_named_within_seconds_and_never_wrongly()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => StartRunning(port, Impatient), "--stack-budget", "100000/s"); // a warm-up is a storm
        // So early each socket may meet code that was made a moment ago.
        for (int i = 0; i < 10; i++)
            AssertNotWrong(await scene.Leak());
        for (int i = 0; i < 3; i++)
        {
            await Target(scene).Ask($"warm {Rounds}", "warmed");
            AssertNamed(await scene.LeakUntil("the stacks are complete", socket =>
            {
                AssertNotWrong(socket);
                return IsComplete(socket);
            }));
        }
    }

    [Fact]
    public async Task Program_in_namespaces_of_its_own_is_named()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(
            port => LeakingProgram.StartIsolated(JavaClasses.Folder, Java, "-cp", LeakingProgram.IsolatedFolder, JavaClasses.Program, $"{port}"));
        AssertNamed(await scene.LeakUntil("the stacks are complete", IsComplete));
    }

    [Fact]
    public async Task Machine_that_may_not_be_attached_to_is_named_and_gets_no_signal()
    {
        await JavaClasses.Compile();
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => StartRunning(port, "-XX:+DisableAttachMechanism"));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        AssertClosedByUser(await scene.Close(socket.Cookie));
        // At a SIGQUIT it would print all its threads.
        Assert.Equal(["warmed", "closed", "ready", "closed"], Target(scene).Output);
    }

    private static LeakingProgram Start(int port, params string[] options) => LeakingProgram.Start(Java, Arguments(port, options));

    // A machine takes a second to start, and loads its network library at the first socket: nobody can have read what is not there.
    private static async Task<ILeakingTarget> StartRunning(int port, params string[] options)
    {
        LeakingProgram program = Start(port, options);
        await program.Ask("warm 1", "warmed");
        return program;
    }

    private static async Task<ILeakingTarget> StartWarm(int port)
    {
        LeakingProgram program = Start(port, Impatient);
        await program.Ask($"warm {Rounds}", "warmed");
        return program;
    }

    private static LeakingProgram Target(RuntimeScene scene) => (LeakingProgram)scene.Program;

    private static string[] Arguments(int port, params string[] options) => [.. options, "-cp", JavaClasses.Folder, JavaClasses.Program, $"{port}"];

    private static bool IsComplete(SocketRecord socket) =>
        new[] { socket.Origin, socket.FirstSend, socket.LastRead, socket.EofRead }.All(actor => actor is { Stack.Count: > 0, StackEnd: StackEnd.Complete, StackFpOnly: false });

    private static void AssertNamed(SocketRecord socket)
    {
        Assert.True(IsComplete(socket), StackLines.Describe(socket));
        StackLines.AssertInOrder(
            socket.Origin, "java.net.Socket.connect Socket.java:", "Leaking.userOpen Leaking.java:", "Leaking.handle Leaking.java:",
            "Leaking.serve Leaking.java:", "Leaking.main Leaking.java:", "JavaMain");
        StackLines.AssertInOrder(
            socket.FirstSend, "sun.nio.ch.NioSocketImpl.", "Leaking.userSend Leaking.java:", "Leaking.handle Leaking.java:", "Leaking.serve Leaking.java:",
            "Leaking.main Leaking.java:", "JavaMain");
        StackLines.AssertInOrder(
            socket.EofRead, "sun.nio.ch.NioSocketImpl.", "Leaking.readSome Leaking.java:", "Leaking.userRead Leaking.java:", "Leaking.handle Leaking.java:",
            "Leaking.serve Leaking.java:", "Leaking.main Leaking.java:", "JavaMain");
        Assert.Equal("Leaking.userOpen", StackLines.UserFunction(socket.Origin));
        Assert.Equal("Leaking.readSome", StackLines.UserFunction(socket.EofRead));
    }

    private static void AssertClosedByUser(SocketRecord ended) =>
        StackLines.AssertInOrder(
            ended.Closer, "java.net.Socket.close Socket.java:", "Leaking.userClose Leaking.java:", "Leaking.closeAll Leaking.java:", "Leaking.serve Leaking.java:",
            "Leaking.main Leaking.java:");

    // A stack that is not whole may miss frames, and says so; those that it has are in the order of the calls.
    private static void AssertNotWrong(SocketRecord socket)
    {
        string[] own = [.. socket.EofRead.Stack.Select(frame => frame.Function).Where(function => function.StartsWith("Leaking.", StringComparison.Ordinal))];
        string[] calls = ["Leaking.readSome", "Leaking.userRead", "Leaking.handle", "Leaking.serve", "Leaking.main"];
        bool isWhole = socket.EofRead is { StackEnd: StackEnd.Complete, StackFpOnly: false };
        Assert.True(isWhole ? own.SequenceEqual(calls) : own.SequenceEqual(calls.Where(own.Contains)), StackLines.Describe(socket.EofRead));
    }
}
