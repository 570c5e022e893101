// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;

namespace Tracer.Kernel.Tests;

/// <summary>How a socket left CLOSE_WAIT, who did it, and whether a descriptor leaks on.</summary>
[Trait("Guest", "cookies")]
public sealed class EndReasonTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    [Fact]
    public async Task Close_names_the_closer_and_its_stack()
    {
        await using Conversation talk = await InCloseWait();
        await talk.Server.Close(talk.ServerSide);

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal(EndReason.Closed, socket.EndReason);
        Assert.Equal(((uint)talk.Server.Pid, (uint)talk.Server.Pid), (socket.Closer.Pid, socket.Closer.Tid));
        Assert.False(socket.DescriptorLeftOpen);
        Assert.True(socket.EndTime.ToDateTimeOffset() >= socket.CloseWaitEnterTime.ToDateTimeOffset());
        Stacks.AssertCalledFrom(socket.Closer, "finish_request", "run_line", "serve_forever");
        await Deadline.Until("it is not listed any more", async () => await IsListed(talk.Cookie) ? null : "gone");
    }

    [Fact]
    public async Task Process_that_ends_without_closing_is_the_reason()
    {
        await using Conversation talk = await InCloseWait();
        await talk.Server.Exit();

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal(EndReason.ProcessExit, socket.EndReason);
        Assert.False(socket.DescriptorLeftOpen);
    }

    [Fact]
    public async Task Killed_process_is_the_reason()
    {
        await using Conversation talk = await InCloseWait();
        await talk.Server.Kill();

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal(EndReason.ProcessExit, socket.EndReason);
        Assert.False(socket.DescriptorLeftOpen);
    }

    [Fact]
    public async Task Killed_process_with_unread_data_is_the_reason()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Send(talk.ClientSide, 500);
        await talk.Client.Close(talk.ClientSide);
        await Journal.UntilEntered(talk.Cookie);
        await talk.Server.Kill(); // unread data: the kernel resets instead of sending a FIN

        Assert.Equal(EndReason.ProcessExit, (await Journal.UntilExited(talk.Cookie)).EndReason);
    }

    [Fact]
    public async Task Close_with_unread_data_is_a_close()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Send(talk.ClientSide, 500);
        await talk.Client.ShutdownWrite(talk.ClientSide);
        await Journal.UntilEntered(talk.Cookie);
        await talk.Server.Close(talk.ServerSide);

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal((EndReason.Closed, (uint)talk.Server.Pid), (socket.EndReason, socket.Closer.Pid));
        Assert.False(socket.DescriptorLeftOpen);
    }

    [Fact]
    public async Task Reset_by_the_peer_leaves_the_descriptor_open_until_it_is_closed()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.ShutdownWrite(talk.ClientSide);
        await Journal.UntilHeld(talk.Cookie);
        await talk.Client.Reset(talk.ClientSide);

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal(EndReason.ResetByPeer, socket.EndReason);
        Assert.True(socket.DescriptorLeftOpen);
        await AssertLeftOpenUntilClosed(talk);
    }

    [Fact]
    public async Task Writing_to_a_peer_that_is_gone_ends_in_its_reset()
    {
        await using Conversation talk = await InCloseWait(); // the client's descriptor is closed
        await talk.Server.Send(talk.ServerSide, 10);

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal(EndReason.ResetByPeer, socket.EndReason);
        Assert.True(socket.DescriptorLeftOpen);
        Assert.Equal(7, await talk.Server.State(talk.ServerSide)); // CLOSE
        await AssertLeftOpenUntilClosed(talk);
    }

    [Fact]
    public async Task Shutdown_ends_close_wait_and_keeps_the_descriptor()
    {
        await using Conversation talk = await InCloseWait();
        await talk.Server.ShutdownWrite(talk.ServerSide);

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal((EndReason.Closed, (uint)talk.Server.Pid), (socket.EndReason, socket.Closer.Pid));
        Assert.True(socket.DescriptorLeftOpen);
        Stacks.AssertCalledFrom(socket.Closer, "run_line", "serve_forever");
        await AssertLeftOpenUntilClosed(talk);
    }

    [Fact]
    public async Task Ends_are_counted_in_the_status()
    {
        Dictionary<string, ulong> before = await Daemon.Counters();
        await using Conversation closed = await InCloseWait();
        await closed.Server.Close(closed.ServerSide);
        await Journal.UntilExited(closed.Cookie);
        await using Conversation shutDown = await InCloseWait();
        await shutDown.Server.ShutdownWrite(shutDown.ServerSide);
        await Journal.UntilExited(shutDown.Cookie);
        await shutDown.Server.Close(shutDown.ServerSide);
        await Journal.UntilReleased(shutDown.Cookie);
        await using Conversation reset = await InCloseWait();
        await reset.Server.Send(reset.ServerSide, 10);
        await Journal.UntilExited(reset.Cookie);

        Dictionary<string, ulong> after = await Daemon.Counters();
        string[] counters = ["ends_closed", "ends_shut_down", "ends_reset", "left_open_released"];
        Assert.All(counters, name => Assert.True(after[name] > before[name], $"{name}: {before[name]} before, {after[name]} after"));
        Assert.Contains("ends_process_exit", after.Keys);
        Assert.Contains("ends_timed_out", after.Keys);
        Assert.Contains("ends_destroyed", after.Keys);
        Assert.Contains("ends_listener_closed", after.Keys);
        Assert.Contains("ends_unknown", after.Keys);
    }

    [Fact]
    public async Task Administrative_destroy_is_told_from_a_reset()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.ShutdownWrite(talk.ClientSide);
        await Journal.UntilHeld(talk.Cookie);
        Command killed = await Command.Run(
            "ss", "-K", "state", "close-wait", "sport", "=", $":{talk.Listener.Port}", "dport", "=", $":{talk.ClientSide.Port}");
        Assert.Equal(0, killed.ExitCode);
        if (await talk.Server.State(talk.ServerSide) == 8)
            Assert.Skip("not on this kernel: `ss -K` destroys nothing (CONFIG_INET_DIAG_DESTROY is off)");

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal(EndReason.Destroyed, socket.EndReason);
        Assert.True(socket.DescriptorLeftOpen);
        await AssertLeftOpenUntilClosed(talk);
    }

    [Fact]
    public async Task Unacknowledged_data_times_out()
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using Conversation talk = await Conversation.Start(netns: netns);
        await talk.Client.ShutdownWrite(talk.ClientSide);
        await Journal.UntilHeld(talk.Cookie);
        await talk.Server.Ask($"user-timeout {talk.ServerSide.Fd} 300");
        await netns.SetLoopback(up: false);
        await talk.Server.Send(talk.ServerSide, 100);

        SocketRecord socket = await Journal.UntilExited(talk.Cookie);
        Assert.Equal((EndReason.TimedOut, netns.Inode), (socket.EndReason, socket.Netns));
        Assert.True(socket.DescriptorLeftOpen);
        await AssertLeftOpenUntilClosed(talk);
    }

    private async Task<Conversation> InCloseWait()
    {
        Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await talk.Server.ReceiveToEnd(talk.ServerSide);
        await Journal.UntilHeld(talk.Cookie);
        return talk;
    }

    private async Task AssertLeftOpenUntilClosed(Conversation talk)
    {
        Assert.DoesNotContain(Journal.Of(talk.Cookie), change => change.Kind == Kind.Released);
        Assert.False(await IsListed(talk.Cookie));
        SocketRecord open = await Daemon.ListUntil(talk.Cookie, "the leaked descriptor is listed on request", socket => socket.DescriptorLeftOpen);
        Assert.Equal(((uint)talk.Server.Pid, (uint)talk.ServerSide.Fd), (open.Holders[0].Pid, open.Holders[0].Fd));

        await talk.Server.Close(talk.ServerSide);
        await Journal.UntilReleased(talk.Cookie);
        await Deadline.Until(
            "it is gone for good",
            async () => (await Daemon.List(includeLeftOpen: true)).Exists(socket => socket.Cookie == talk.Cookie) ? null : "gone");
    }

    private async Task<bool> IsListed(ulong cookie) => (await Daemon.List()).Exists(socket => socket.Cookie == cookie);
}
