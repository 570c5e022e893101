// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>PHP on the command line: functions and lines of scripts, and the built-in functions that they called.</summary>
public sealed class PhpStackTests : KernelTest
{
    private static readonly string Script = Path.Combine(Repository.Sources, "Targets", "runtimes", "x.php");

    [Fact]
    public async Task Script_that_ran_before_the_daemon_is_named_from_its_first_socket_on()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(Start);
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        SocketRecord ended = await scene.Close(socket.Cookie);
        StackLines.AssertInOrder(ended.Closer, "fclose", "user_close x.php:", "{main} x.php:");
        RuntimeTable.Note("PHP 8.2 cli", socket, ended, IsOwn);
    }

    [Fact]
    public async Task Script_that_the_daemon_sees_first_is_named_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(Start);
        AssertNamed(await scene.LeakUntil("the origin is named", socket => StackLines.HasInOrder(socket.Origin, "fsockopen")));
    }

    [Fact]
    public async Task Script_in_namespaces_of_its_own_is_named()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(port => LeakingProgram.StartInNamespaces("/usr/bin/php", Script, $"{port}"));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        Assert.Equal((uint)scene.Program.Pid, socket.Origin.Pid);
    }

    internal static bool IsOwn(string function) => function is "Repo::q" or "user_send" or "user_read" or "user_close";

    private static LeakingProgram Start(int port) => LeakingProgram.Start("/usr/bin/php", Script, $"{port}");

    private static void AssertNamed(SocketRecord socket)
    {
        StackLines.AssertInOrder(socket.Origin, "fsockopen", "Repo::q x.php:", "Repo::load x.php:", "controller x.php:", "{main} x.php:");
        Assert.Equal("Repo::q", StackLines.UserFunction(socket.Origin));
        StackLines.AssertInOrder(socket.FirstSend, "fwrite", "user_send x.php:", "Repo::load x.php:", "{main} x.php:");
        StackLines.AssertInOrder(socket.EofRead, "user_read x.php:", "Repo::load x.php:", "{main} x.php:");
        Assert.Equal("user_read", StackLines.UserFunction(socket.EofRead));
        Assert.Empty(socket.Origin.Request);
    }
}
