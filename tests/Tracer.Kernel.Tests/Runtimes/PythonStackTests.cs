// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>CPython: functions, files and lines at the moment of the call, without flags in the target.</summary>
public sealed class PythonStackTests : KernelTest
{
    private static readonly string Script = Path.Combine(Repository.Sources, "Targets", "runtimes", "leaking.py");

    [Fact]
    public async Task Program_that_ran_before_the_daemon_is_named_from_its_first_socket_on()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(Start);
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "user_close leaking.py:", "serve leaking.py:");
        RuntimeTable.Note("CPython 3.11", socket, ended, function => function.StartsWith("user_", StringComparison.Ordinal));
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
        StackLines.AssertInOrder(socket.Origin, "user_open leaking.py:", "handle leaking.py:", "serve leaking.py:", "<module> leaking.py:");
        StackLines.AssertInOrder(socket.FirstSend, "user_send leaking.py:", "handle leaking.py:");
        StackLines.AssertInOrder(socket.EofRead, "user_read leaking.py:", "handle leaking.py:", "serve leaking.py:");
        Assert.Equal("user_read", StackLines.UserFunction(socket.EofRead));
    }
}
