// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Ruby: no names of Ruby's functions, but the name of the thread, every native frame, and no line to show that is none.</summary>
public sealed class RubyStackTests : KernelTest
{
    private const string ThreadName = "biz-reader";

    private static readonly string Script = Path.Combine(Repository.Sources, "Targets", "runtimes", "leaking.rb");

    [Fact]
    public async Task Program_that_ran_before_the_daemon_has_native_frames_from_its_first_socket_on()
    {
        await using RuntimeScene scene = await RuntimeScene.ProgramFirst(Start);
        SocketRecord socket = await scene.Leak();
        AssertNative(socket);
        SocketRecord ended = await scene.Close(socket.Cookie);
        AssertNative(ended.Closer);
        RuntimeTable.Note("Ruby 3.1", socket, ended, function => function.StartsWith("user_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Program_that_the_daemon_sees_first_has_native_frames_within_a_second()
    {
        await using RuntimeScene scene = await RuntimeScene.DaemonFirst(Start);
        AssertNative(await scene.LeakUntil("the origin is complete", socket => socket.Origin is { StackEnd: StackEnd.Complete, StackFpOnly: false }));
    }

    private static LeakingProgram Start(int port) => LeakingProgram.Start("/usr/bin/ruby", Script, $"{port}");

    private static void AssertNative(SocketRecord socket)
    {
        StackLines.AssertInOrder(socket.Origin, "connect", "rb_");
        AssertNative(socket.Origin);
        AssertNative(socket.FirstSend);
        AssertNative(socket.EofRead);
    }

    private static void AssertNative(Actor actor)
    {
        Assert.Equal(ThreadName, actor.Comm);
        Assert.Equal((StackEnd.Complete, false), (actor.StackEnd, actor.StackFpOnly));
        Assert.Contains(actor.Stack, frame => frame.Module.Contains("/libruby-", StringComparison.Ordinal) && frame.Function.Length > 0);
        Assert.Equal("", StackLines.UserFunction(actor)); // the interpreter is no line to show
    }
}
