// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>CoreCLR: jitted and precompiled methods by name, in code that blocks and in code that awaits, without flags in the target.</summary>
public sealed class DotNetStackTests : KernelTest, IAsyncLifetime
{
    // Methods of the framework, compiled ahead of time: which overloads are between is the framework's business.
    private const string Connect = "System.Net.Sockets.Socket.Connect";
    private const string Send = "System.Net.Sockets.Socket.Send";
    private const string Receive = "System.Net.Sockets.Socket.Receive";

    public async ValueTask InitializeAsync() => await DotNetProgram.Compile();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("sync", ".NET 10, blocking")]
    [InlineData("async", ".NET 10, async")]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on(string mode, string runtime)
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => Start(mode, port));
        SocketRecord socket = await scene.Leak();
        socket = await scene.Daemon.ListUntil(socket.Cookie, "its stacks are named", named => IsNamed(mode, named));
        Assert.Equal(StackEnd.Complete, socket.EofRead.StackEnd);
        SocketRecord ended = await scene.Close(socket.Cookie);
        ended.Closer = await scene.Named(ended.Closer, closer => StackLines.HasInOrder(closer, "System.Net.Sockets.Socket.", "App.UserClose", "App.CloseAll"));
        RuntimeTable.Note(runtime, socket, ended, function => function.StartsWith("App.User", StringComparison.Ordinal));
        AssertNothingIsLeftBehind(scene.Pid);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task Program_that_the_daemon_sees_first_is_named_within_a_second(string mode)
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(port => Start(mode, port));
        SocketRecord socket = await scene.LeakUntil("no stack is walked by frame pointers only", socket => !socket.Origin.StackFpOnly && !socket.EofRead.StackFpOnly);
        await scene.Daemon.ListUntil(socket.Cookie, "its stacks are named", named => IsNamed(mode, named));
    }

    private static LeakingProgram Start(string mode, int port) => LeakingProgram.Start(DotNetProgram.Host, DotNetProgram.Application, mode, $"{port}");

    // The line to show is the user's method also where the machine runs a state machine's MoveNext.
    private static bool IsNamed(string mode, SocketRecord socket)
    {
        string suffix = mode == "async" ? "Async" : "";
        return StackLines.HasInOrder(socket.Origin, Connect, "App.UserOpen" + suffix, "App.Handle" + suffix)
            && StackLines.HasInOrder(socket.FirstSend, Send, "App.UserSend" + suffix, "App.Handle" + suffix)
            && StackLines.HasInOrder(socket.LastRead, Receive, "App.UserRead" + suffix)
            && StackLines.HasInOrder(socket.EofRead, Receive, "App.UserRead" + suffix)
            && StackLines.UserFunction(socket.EofRead) == "App.UserRead" + suffix;
    }

    private static void AssertNothingIsLeftBehind(int pid)
    {
        string temp = $"/proc/{pid}/root/tmp";
        Assert.False(File.Exists($"{temp}/jit-{pid}.dump"), "a jit dump is left");
        Assert.False(File.Exists($"{temp}/perf-{pid}.map"), "a perf map is left");
        Assert.DoesNotContain(Directory.GetFiles($"/proc/{pid}/fd").Select(link => new FileInfo(link).LinkTarget ?? ""), target => target.Contains(".dump", StringComparison.Ordinal));
    }
}
