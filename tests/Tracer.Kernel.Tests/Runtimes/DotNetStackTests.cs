// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
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
    [InlineData("sync")]
    [InlineData("async")]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on(string mode)
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => Start(mode, port));
        SocketRecord socket = await scene.Leak();
        socket = await scene.Daemon.ListUntil(socket.Cookie, "its stacks are named", named => IsNamed(mode, named));
        Assert.Equal(StackEnd.Complete, socket.EofRead.StackEnd);
        SocketRecord ended = await Close(scene, socket);
        if (mode == "sync")
            RuntimeTable.Note(".NET 10, blocking", socket, ended, IsOwn);
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

    [Fact]
    public async Task End_that_an_event_loop_reads_keeps_the_attempt_of_who_waits_for_it()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => Start("waiting", port));
        SocketRecord socket = await scene.Leak();
        socket = await scene.Daemon.ListUntil(
            socket.Cookie, "its stacks are named", named => StackLines.HasInOrder(named.LastRead, Receive, "App.UserReadAsync", "App.HandleAsync"));
        Assert.Equal(0, socket.LastRead.Result);
        Assert.True(socket.LastRead.Time.ToDateTime() < socket.EofRead.Time.ToDateTime());
        await scene.Named(socket.EofRead, reader => StackLines.HasInOrder(reader, "System.Net.Sockets.SocketAsyncContext.", "System.Net.Sockets.SocketAsyncEngine."));
        Assert.DoesNotContain(socket.EofRead.Stack, frame => frame.Function.StartsWith("App.", StringComparison.Ordinal));
        RuntimeTable.Note(".NET 10, async", socket, await Close(scene, socket), IsOwn);
    }

    [Fact]
    public async Task Process_without_diagnostics_is_left_alone_and_says_why_it_has_no_names()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port =>
            LeakingProgram.Start("env", "DOTNET_EnableDiagnostics=0", DotNetProgram.Host, DotNetProgram.Application, "sync", $"{port}"));
        for (int i = 0; i < 3; i++)
        {
            SocketRecord socket = await scene.Leak();
            StackLines.AssertInOrder(socket.EofRead, "recvmsg", "SystemNative_ReceiveMessage", "System.Net.Sockets.dll+", "__libc_start_main");
            Assert.Equal(StackEnd.Complete, socket.EofRead.StackEnd);
            Assert.Equal("DOTNET_EnableDiagnostics=0: .NET frames have no names", socket.EofRead.StackLimitation);
            Assert.DoesNotContain(socket.EofRead.Stack, frame => frame.Kind == FrameKind.Dotnet);
        }

        AssertNothingIsLeftBehind(scene.Pid);
    }

    private static LeakingProgram Start(string mode, int port) => LeakingProgram.Start(DotNetProgram.Host, DotNetProgram.Application, mode, $"{port}");

    private static bool IsOwn(string function) => function.StartsWith("App.User", StringComparison.Ordinal);

    private static async Task<SocketRecord> Close(RuntimeScene scene, SocketRecord socket)
    {
        SocketRecord ended = await scene.Close(socket.Cookie);
        ended.Closer = await scene.Named(ended.Closer, closer => StackLines.HasInOrder(closer, "System.Net.Sockets.Socket.", "App.UserClose", "App.CloseAll"));
        return ended;
    }

    // The line to show is the user's method also where the machine runs a state machine's MoveNext. Who reads the end of an awaited stream is left to
    // chance: the awaiting method where the end is there already, the runtime's loop where it is not.
    private static bool IsNamed(string mode, SocketRecord socket)
    {
        string suffix = mode == "async" ? "Async" : "";
        return StackLines.HasInOrder(socket.Origin, Connect, "App.UserOpen" + suffix, "App.Handle" + suffix)
            && StackLines.HasInOrder(socket.FirstSend, Send, "App.UserSend" + suffix, "App.Handle" + suffix)
            && StackLines.HasInOrder(socket.LastRead, Receive, "App.UserRead" + suffix)
            && StackLines.UserFunction(socket.LastRead) == "App.UserRead" + suffix
            && (mode == "async" || StackLines.HasInOrder(socket.EofRead, Receive, "App.UserRead", "App.Handle"));
    }

    private static void AssertNothingIsLeftBehind(int pid)
    {
        string temp = $"/proc/{pid}/root/tmp";
        Assert.False(File.Exists($"{temp}/jit-{pid}.dump"), "a jit dump is left");
        Assert.False(File.Exists($"{temp}/perf-{pid}.map"), "a perf map is left");
        Assert.DoesNotContain(Directory.GetFiles($"/proc/{pid}/fd").Select(link => new FileInfo(link).LinkTarget ?? ""), target => target.Contains(".dump", StringComparison.Ordinal));
    }
}
