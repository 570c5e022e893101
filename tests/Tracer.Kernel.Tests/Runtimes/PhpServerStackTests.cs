// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>PHP in web servers: the worker that keeps the socket, the script's lines, and the request, while none runs any more.</summary>
public sealed class PhpServerStackTests : KernelTest
{
    [Theory]
    [InlineData("PHP 8.2 fpm")]
    [InlineData("PHP 8.2 mod_php")]
    public async Task Worker_that_ran_before_the_daemon_is_named_from_its_first_request_on(string runtime)
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(Starter(runtime));
        SocketRecord socket = await scene.Leak();
        AssertNamed(socket);
        Assert.Equal((uint)scene.Program.Pid, socket.Origin.Pid);
        SocketRecord ended = await scene.Close(socket.Cookie);
        // The next request finds the kept socket dead.
        StackLines.AssertInOrder(ended.Closer, "pfsockopen", "Repo::q leak.php:", "Repo::load leak.php:", "{main} leak.php:");
        Assert.Equal("GET /leak.php", ended.Closer.Request);
        RuntimeTable.Note(runtime, socket, ended, PhpStackTests.IsOwn);
        await AssertSecretIsNowhere(scene, socket, ended);
    }

    [Theory]
    [InlineData("PHP 8.2 fpm")]
    [InlineData("PHP 8.2 mod_php")]
    public async Task Worker_that_the_daemon_sees_first_is_named_within_a_second(string runtime)
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(Starter(runtime));
        AssertNamed(await scene.LeakUntil("the origin is named", socket => StackLines.HasInOrder(socket.Origin, "pfsockopen")));
    }

    private static Func<int, ILeakingTarget> Starter(string runtime) => runtime.EndsWith("fpm", StringComparison.Ordinal) ? PhpServer.Fpm : PhpServer.Apache;

    private static void AssertNamed(SocketRecord socket)
    {
        StackLines.AssertInOrder(
            socket.Origin, "pfsockopen", "Repo::q leak.php:", "Repo::load leak.php:", "controller leak.php:", "{main} leak.php:");
        Assert.Equal("Repo::q", StackLines.UserFunction(socket.Origin));
        StackLines.AssertInOrder(socket.FirstSend, "fwrite", "user_send leak.php:", "{main} leak.php:");
        StackLines.AssertInOrder(socket.EofRead, "user_read leak.php:", "Repo::load leak.php:", "{main} leak.php:");
        foreach ((_, Actor? actor) in StackLines.Slots(socket).Where(slot => slot.Actor is { Stack.Count: > 0 }))
            Assert.Equal("GET /leak.php", actor!.Request);
    }

    private static async Task AssertSecretIsNowhere(RuntimeScene scene, params SocketRecord[] sockets)
    {
        List<string> answers = [.. sockets.Select(socket => socket.ToString())];
        TracerService.TracerServiceClient client = scene.Daemon.Client;
        DateTime soon = DateTime.UtcNow.AddSeconds(30);
        foreach ((_, Actor? actor) in sockets.SelectMany(StackLines.Slots).Where(slot => slot.Actor is { StackId: not 0 }))
            answers.Add((await client.GetStackAsync(new GetStackRequest { StackId = actor!.StackId }, deadline: soon)).ToString());
        answers.AddRange((await scene.Daemon.List(includeLeftOpen: true)).Select(socket => socket.ToString()));
        answers.Add((await scene.Daemon.Status()).ToString());
        answers.AddRange(scene.Daemon.Process.Output);
        answers.AddRange(scene.Daemon.Process.Errors);
        Assert.Contains(answers, answer => answer.Contains("GET /leak.php", StringComparison.Ordinal));
        Assert.DoesNotContain(answers, answer => answer.Contains(PhpServer.Secret, StringComparison.Ordinal));
    }
}
