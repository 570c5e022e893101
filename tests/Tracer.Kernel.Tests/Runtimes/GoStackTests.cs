// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Go by its own table, which stripping leaves: functions, lines, inlined calls.</summary>
public sealed class GoStackTests : KernelTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on(bool isStripped)
    {
        string program = await Compile(isStripped);
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.Start(program, $"{port}"));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "net.(*conn).Close net.go:", Line("main.userClose", "closes"), "main.serve main.go:", "main.main main.go:");
        RuntimeTable.Note(isStripped ? "Go 1.19, stripped" : "Go 1.19", socket, ended, function => function.StartsWith("main.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Program_that_the_daemon_sees_first_is_named_within_a_second(bool isStripped)
    {
        string program = await Compile(isStripped);
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => LeakingProgram.Start(program, $"{port}"));
        AssertNamed(await scene.LeakUntil("the origin is complete", IsComplete));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Program_in_namespaces_of_its_own_is_named(bool isBeforeTheDaemon)
    {
        string program = await GoPrograms.Stripped();
        LeakingProgram Start(int port) => LeakingProgram.StartIsolatedCopy(program, $"{port}");
        await using RuntimeScene scene = await (isBeforeTheDaemon ? RuntimeScene.ProgramFirst(Start) : RuntimeScene.DaemonFirst(Start));
        AssertNamed(await scene.LeakUntil("the origin is complete", IsComplete));
    }

    private static Task<string> Compile(bool isStripped) => isStripped ? GoPrograms.Stripped() : GoPrograms.Plain();

    private static bool IsComplete(SocketRecord socket) => socket.Origin is { StackEnd: StackEnd.Complete, StackFpOnly: false };

    private static void AssertNamed(SocketRecord socket)
    {
        AssertComplete(socket.Origin, "net.(*netFD).connect ", "net.Dial ", Line("main.userOpen", "opens"));
        AssertComplete(socket.FirstSend, "net.(*conn).Write net.go:", Line("main.userSend", "sends"));
        AssertComplete(socket.EofRead, "net.(*conn).Read net.go:", Line("main.readSome", "receives"), Line("main.userRead", "reads"));
        Assert.True(socket.EofRead.Stack.First(frame => frame.Function == "main.readSome").IsInlined);
        Assert.Equal("main.readSome", StackLines.UserFunction(socket.EofRead));
    }

    private static void AssertComplete(Actor actor, params string[] beginnings)
    {
        StackLines.AssertInOrder(actor, [.. beginnings, "main.handle main.go:", "main.serve.func1 main.go:", "runtime.goexit "]);
        Assert.Equal((StackEnd.Complete, false), (actor.StackEnd, actor.StackFpOnly));
        Assert.DoesNotContain(actor.Stack, frame => frame.Function.Length == 0); // all of a goroutine is Go
    }

    private static string Line(string function, string comment) => $"{function} main.go:{GoPrograms.LineOf(comment)}";
}
