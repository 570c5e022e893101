// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>
/// Node.js with a perf map: what its own functions send and close. Connecting and reading is done by its event loop, where no function of the
/// program is on the stack. Without a map the same by what V8's frames hold; a line is then that of the function's beginning.
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
        StackLines.AssertInOrder(socket.EofRead, "uv_run", "__libc_start_main");
        socket.Origin = await scene.Named(socket.Origin, origin => StackLines.HasInOrder(origin, "connect", "internalConnect", "uv_run"));
        Assert.All([socket.Origin, socket.FirstSend, socket.EofRead], actor => Assert.Equal((StackEnd.Complete, ""), (actor.StackEnd, actor.StackLimitation)));
        SocketRecord ended = await scene.Close(socket.Cookie);
        ended.Closer = await scene.Named(ended.Closer, closer => StackLines.HasInOrder(closer, "uv_close", "userClose leaking.js:", "serve leaking.js:"));
        RuntimeTable.Note("Node.js 20, with a perf map", socket, ended, IsOwn);
    }

    [Fact]
    public async Task Program_with_a_perf_map_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(StartWithMap);
        SocketRecord socket = await scene.LeakUntil("no stack is walked by frame pointers only", socket => !socket.FirstSend.StackFpOnly);
        await scene.Named(socket.FirstSend, IsUserSend);
    }

    [Fact]
    public async Task Without_flags_functions_are_named_by_what_their_frames_hold()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.Start("/usr/bin/node", Script, $"{port}"));
        SocketRecord socket = await scene.Leak();
        StackLines.AssertInOrder(socket.FirstSend, "userSend leaking.js:", "uv_run", "__libc_start_main");
        StackLines.AssertInOrder(socket.EofRead, "uv_run", "__libc_start_main");
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "uv_close", "userClose leaking.js:", "serve leaking.js:", "uv_run");
        Assert.Equal(("userSend", "userClose"), (StackLines.UserFunction(socket.FirstSend), StackLines.UserFunction(ended.Closer)));
        Assert.All([socket.Origin, socket.FirstSend, socket.EofRead, ended.Closer], actor => Assert.Equal(StackEnd.Complete, actor.StackEnd));
        RuntimeTable.Note("Node.js 20, no flags", socket, ended, IsOwn);
    }

    private LeakingProgram StartWithMap(int port)
    {
        LeakingProgram program = LeakingProgram.Start("/usr/bin/node", "--perf-basic-prof", "--interpreted-frames-native-stack", Script, $"{port}");
        _mapped.Add(program.Pid);
        return program;
    }

    private static bool IsUserSend(Actor sender) => StackLines.HasInOrder(sender, "Socket._write", "userSend leaking.js:", "uv_run");

    private static bool IsOwn(string function) => function.StartsWith("user", StringComparison.Ordinal);
}
