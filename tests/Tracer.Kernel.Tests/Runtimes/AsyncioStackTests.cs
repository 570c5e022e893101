// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>asyncio: the coroutines that led to the call are frames like others, as long as the loop has not taken over.</summary>
public sealed class AsyncioStackTests : KernelTest
{
    private static readonly string Script = Path.Combine(Repository.Sources, "Targets", "runtimes", "leaking_async.py");

    [Fact]
    public async Task Coroutines_that_opened_used_and_closed_a_socket_are_named()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(Start);
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "user_close leaking_async.py:", "serve leaking_async.py:");
        RuntimeTable.Note("CPython 3.11 asyncio", socket, ended, function => function.StartsWith("user_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(Start);
        AssertNamed(await scene.LeakUntil("the origin is named", socket => StackLines.HasInOrder(socket.Origin, "user_open")));
    }

    private static LeakingProgram Start(int port) => LeakingProgram.Start("/usr/bin/python3", Script, $"{port}");

    private static void AssertNamed(SocketRecord socket)
    {
        StackLines.AssertInOrder(
            socket.Origin, "open_connection streams.py:", "user_open leaking_async.py:", "handle leaking_async.py:", "serve leaking_async.py:",
            "<module> leaking_async.py:");
        Assert.Equal("user_open", StackLines.UserFunction(socket.Origin));
        StackLines.AssertInOrder(socket.FirstSend, "user_send leaking_async.py:", "handle leaking_async.py:");
        Assert.Equal("user_send", StackLines.UserFunction(socket.FirstSend));
        // The loop reads ahead, on behalf of nobody; still it names what it is part of.
        StackLines.AssertInOrder(socket.EofRead, "_SelectorSocketTransport._read_ready selector_events.py:", "<module> leaking_async.py:");
    }
}
