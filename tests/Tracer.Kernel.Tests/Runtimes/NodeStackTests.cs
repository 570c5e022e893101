// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// Node.js with a perf map: what its own functions send and close. Connecting and reading is done by its event loop, where no function of the
/// program is on the stack. Without a map: whole stacks, JavaScript without names, and the reason for that.
/// </summary>
public sealed class NodeStackTests : KernelTest, IDisposable
{
    private static readonly string Script = Path.Combine(Repository.Sources, "Targets", "runtimes", "leaking.js");

    private readonly List<int> _mapped = [];

    /// <summary>The maps outlive the processes that wrote them.</summary>
    public void Dispose() => _mapped.ForEach(pid => File.Delete($"/tmp/perf-{pid}.map"));

    [Fact]
    public async Task Program_with_a_perf_map_that_ran_before_the_daemon_is_named_from_its_first_socket_on()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(StartWithMap);
        SocketRecord socket = await scene.Leak();
        socket.FirstSend = await scene.Named(socket.FirstSend, IsUserSend);
        Assert.Equal("userSend", StackLines.UserFunction(socket.FirstSend));
        StackLines.AssertInOrder(socket.EofRead, "read", "uv__read", "uv_run", "__libc_start_main");
        socket.Origin = await scene.Named(socket.Origin, origin => StackLines.HasInOrder(origin, "connect", "uv__tcp_connect", "internalConnect", "uv_run"));
        Assert.All([socket.Origin, socket.FirstSend, socket.EofRead], actor => Assert.Equal((StackEnd.Complete, ""), (actor.StackEnd, actor.StackLimitation)));
        SocketRecord ended = await scene.Close(socket.Cookie);
        ended.Closer = await scene.Named(ended.Closer, closer => StackLines.HasInOrder(closer, "uv_close", "userClose leaking.js:", "serve leaking.js:"));
        RuntimeTable.Note("Node.js 20, --perf-basic-prof", socket, ended, IsOwn);
    }

    [Fact]
    public async Task Program_with_a_perf_map_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(StartWithMap);
        SocketRecord socket = await scene.LeakUntil("no stack is walked by frame pointers only", socket => !socket.FirstSend.StackFpOnly);
        await scene.Named(socket.FirstSend, IsUserSend);
    }

    [Fact]
    public async Task Without_flags_frames_are_whole_and_JavaScript_has_no_names_rather_than_wrong_ones()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.Start("/usr/bin/node", Script, $"{port}"));
        SocketRecord socket = await scene.Leak();
        StackLines.AssertInOrder(socket.FirstSend, "__GI___libc_write", "uv__", "Builtins_InterpreterEntryTrampoline", "Builtins_JSEntry", "uv_run", "__libc_start_main");
        StackLines.AssertInOrder(socket.EofRead, "__GI___libc_read", "uv__read", "uv_run", "__libc_start_main");
        Assert.Equal("no --perf-basic-prof: JavaScript frames have no names", socket.FirstSend.StackLimitation);
        Assert.Equal("", socket.EofRead.StackLimitation);
        SocketRecord ended = await scene.Close(socket.Cookie);
        Actor[] actors = [socket.Origin, socket.FirstSend, socket.EofRead, ended.Closer];
        Assert.All(actors, actor =>
        {
            Assert.Equal((StackEnd.Complete, ""), (actor.StackEnd, StackLines.UserFunction(actor)));
            Assert.DoesNotContain(actor.Stack, frame => frame.Kind == FrameKind.Javascript || IsOwn(frame.Function));
            Assert.All(actor.Stack.Where(frame => frame.Function == "Builtins_InterpreterEntryTrampoline"), frame => Assert.Equal(FrameKind.Stub, frame.Kind));
        });
        RuntimeTable.Note("Node.js 20, no flags", socket, ended, IsOwn);
    }

    private LeakingProgram StartWithMap(int port)
    {
        LeakingProgram program = LeakingProgram.Start("/usr/bin/node", "--perf-basic-prof", "--interpreted-frames-native-stack", Script, $"{port}");
        _mapped.Add(program.Pid);
        return program;
    }

    private static bool IsUserSend(Actor sender) => StackLines.HasInOrder(sender, "uv__", "Socket._write", "userSend leaking.js:", "uv_run");

    private static bool IsOwn(string function) => function.StartsWith("user", StringComparison.Ordinal);
}
