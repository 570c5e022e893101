// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Kernels before 5.17 lack what the unwinder is made of: the kernel's own walk carries, forced here.</summary>
public sealed class FramePointerWalkTests : KernelTest
{
    [Fact]
    public async Task Stacks_are_walked_by_frame_pointers_and_say_so()
    {
        await using Daemon daemon = await Daemon.Start("--hooks", "stacks=frame-pointers");
        await using Conversation talk = await Conversation.Start();
        await talk.Server.Close(talk.ServerSide);
        SocketRecord socket = await daemon.ListUntil(talk.ClientSide.Cookie, "the stack of the connect", s => s.Origin is { Stack.Count: > 0 });
        Stacks.AssertCalledFrom(socket.Origin, "dial_upstream", "checkout_connection", "run_line", "serve_forever");
        Assert.True(socket.Origin.StackFpOnly);
        Assert.Equal(StackEnd.KernelWalk, socket.Origin.StackEnd);

        GetStatusResponse status = await daemon.Status();
        Hook stacks = status.Hooks.Single(hook => hook.Fact == "stacks");
        Assert.Equal("frame-pointers", stacks.Rung);
        Assert.Contains("callers of code without frame pointers are missing", stacks.Cost);
        Assert.DoesNotContain(status.Counters, counter => counter.Name == "unwind_preloaded");
    }
}
