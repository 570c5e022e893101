// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;

namespace Tracer.Kernel.Tests;

/// <summary>A server that does not close: what its record says.</summary>
[Trait("Guest", "cookies")]
public sealed class LeakTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    [Fact]
    public async Task Within_a_second_of_the_fin_pid_fd_and_origin_are_there()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();

        Stopwatch sinceFin = Stopwatch.StartNew();
        await talk.Client.Close(talk.ClientSide);
        SocketRecord socket = await Journal.Until(
            talk.Cookie,
            "pid, fd and origin are known",
            change => change.Socket is { Holders.Count: 1, Origin.Pid: > 0 });
        TimeSpan elapsed = sinceFin.Elapsed;

        Assert.True(elapsed < Deadline.Stretch(TimeSpan.FromSeconds(1)), $"took {elapsed}");
        AssertHeldBy(socket, talk.Server, talk.ServerSide.Fd);
        Assert.Equal((uint)talk.Server.Pid, socket.Origin.Pid);
        Assert.Equal(OriginKind.Accept, socket.Origin.Kind);
        Assert.Equal(Direction.Inbound, socket.Direction);
        Assert.Equal(TcpState.CloseWait, socket.State);
        Assert.Equal(NetworkNamespace.HostInode, socket.Netns);
        Assert.Equal(("127.0.0.1", (uint)talk.Listener.Port), (socket.LocalAddress, socket.LocalPort));
        Assert.Equal(("127.0.0.1", (uint)talk.ClientSide.Port), (socket.RemoteAddress, socket.RemotePort));
        Assert.False(socket.AgeIsLowerBound);
    }

    [Fact]
    public async Task End_of_stream_that_was_read_names_the_reader_and_its_stack()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await talk.Server.ReceiveToEnd(talk.ServerSide);

        SocketRecord socket = await Journal.Until(talk.Cookie, "the end is read", change => change.Socket.EofRead is { Stack.Count: > 0 });
        Assert.Equal(0u, socket.UnreadBytes);
        Assert.Equal((uint)talk.Server.Pid, socket.EofRead.Pid);
        Assert.Equal((uint)talk.Server.Pid, socket.EofRead.Tid);
        Assert.Equal("target", socket.EofRead.Comm);
        Assert.Equal(TargetPrograms.PathOf("target"), socket.EofRead.Exe);
        Assert.Equal(Source.Traced, socket.EofRead.Source);
        Stacks.AssertCalledFrom(socket.EofRead, "handle_request", "receive_all", "run_line", "serve_forever");
        Assert.True(socket.EofRead.Time.ToDateTimeOffset() >= socket.CloseWaitEnterTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task First_reader_of_an_accepted_connection_is_its_origin_with_its_stack()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await Journal.Until(talk.Cookie, "the origin has a stack", change => change.Socket.Origin is { Stack.Count: > 0 });
        Assert.Equal((uint)talk.Server.Pid, socket.Origin.Pid);
        Assert.Contains(socket.Origin.Source, new[] { Source.Traced, Source.Adopted });
        string lastFunction = socket.Origin.Source == Source.Traced ? "welcome_client" : "receive_once";
        Stacks.AssertCalledFrom(socket.Origin, lastFunction, "run_line", "serve_forever");
        Assert.Equal((uint)talk.Server.Pid, socket.LastRead.Pid);
        Assert.Equal(100, socket.LastRead.Result);
        Assert.Null(socket.EofRead);
    }

    [Fact]
    public async Task Last_of_many_receives_at_once_is_told_with_its_result()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Send(talk.ClientSide, 1003);
        Assert.Equal(3, await talk.Server.ReceiveParts(talk.ServerSide, bytes: 10, times: 101, body: 0));
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await Journal.UntilEntered(talk.Cookie);
        Assert.Equal(3, socket.LastRead.Result);
        await Journal.Until(talk.Cookie, "the reader has a stack", change => change.Socket.LastRead.Stack.Any(frame => frame.Function == "read_head"));
    }

    [Fact]
    public async Task Receive_in_another_place_at_once_is_told_with_its_stack()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Send(talk.ClientSide, 1250);
        Assert.Equal(250, await talk.Server.ReceiveParts(talk.ServerSide, bytes: 10, times: 100, body: 500));
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await Journal.Until(talk.Cookie, "the reader has a stack", change => change.Socket.LastRead is { Stack.Count: > 0 });
        Stacks.AssertCalledFrom(socket.LastRead, "read_body", "receive_parts", "run_line", "serve_forever");
        Assert.Equal(250, socket.LastRead.Result);
    }

    [Fact]
    public async Task Accepted_and_never_read_counts_the_unread_bytes()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Send(talk.ClientSide, 1000);
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await Journal.UntilHeld(talk.Cookie);
        Assert.Equal(1001u, socket.UnreadBytes); // the FIN counts as one
        Assert.Equal(1001ul, socket.BytesReceived); // as tcp_info counts: the FIN is one
        Assert.Null(socket.LastRead);
        Assert.Null(socket.EofRead);
        Assert.False(socket.NeverAccepted);
        AssertHeldBy(socket, talk.Server, talk.ServerSide.Fd);
        AssertListener(socket, talk);
    }

    [Fact]
    public async Task Connection_without_any_byte_has_its_holder()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await Journal.UntilHeld(talk.Cookie);
        Assert.Equal((1u, 1ul, 0ul), (socket.UnreadBytes, socket.BytesReceived, socket.BytesSent));
        AssertHeldBy(socket, talk.Server, talk.ServerSide.Fd);
        Assert.Equal("target", socket.Holders[0].Comm);
        Assert.Equal(TargetPrograms.PathOf("target"), socket.Holders[0].Exe);
        Assert.Equal(Source.Scanned, socket.Holders[0].Source);
        Assert.Equal(0u, socket.Holders[0].Uid);
        AssertListener(socket, talk);
    }

    [Fact]
    public async Task Bytes_both_ways_are_those_of_tcp_info()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request(bytes: 5000);
        await talk.Server.Send(talk.ServerSide, 7000);
        await talk.Client.Receive(talk.ClientSide);
        await talk.Client.ShutdownWrite(talk.ClientSide);

        SocketRecord socket = await Journal.UntilEntered(talk.Cookie);
        Assert.Equal((5001ul, 7000ul), (socket.BytesReceived, socket.BytesSent));
        Assert.Equal((1u, 0u), (socket.UnreadBytes, socket.UnsentBytes));
        Assert.InRange(socket.Rtt.ToTimeSpan(), TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Idle_time_before_the_fin_is_measured()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        Stopwatch idle = Stopwatch.StartNew();
        await Deadline.Until("the connection was idle long enough to tell", () => idle.Elapsed > TimeSpan.FromSeconds(1.5));
        await talk.Client.Close(talk.ClientSide);
        TimeSpan atMost = idle.Elapsed + TimeSpan.FromMilliseconds(100);

        SocketRecord socket = await Journal.UntilEntered(talk.Cookie);
        Assert.NotNull(socket.IdleBeforeFin);
        Assert.InRange(socket.IdleBeforeFin.ToTimeSpan(), TimeSpan.FromSeconds(1.4), atMost);
        Assert.False(socket.IdleBeforeFinIsInferred);
    }

    [Fact]
    public async Task Sockets_that_stay_are_reported_again_as_they_age()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Client.Close(talk.ClientSide);

        SocketRecord first = await Journal.Until(talk.Cookie, "aged once", change => change.Kind == Kind.Aged);
        SocketRecord second = await Journal.Until(
            talk.Cookie, "aged twice", change => change.Kind == Kind.Aged && change.Socket.Age.ToTimeSpan() >= TimeSpan.FromSeconds(2));
        Assert.InRange(first.Age.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.9));
        Assert.InRange(second.Age.ToTimeSpan(), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3.9));
        // The clocks are read anew for each message: the same moment to the millisecond, not to the nanosecond.
        Assert.Equal(first.CloseWaitEnterTime.ToDateTimeOffset(), second.CloseWaitEnterTime.ToDateTimeOffset(), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Writer_that_goes_on_after_the_peers_fin_shows_growing_unsent_bytes()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.ShutdownWrite(talk.ClientSide); // it does not read from here on
        await talk.Server.ReceiveToEnd(talk.ServerSide);
        long first = await talk.Server.Send(talk.ServerSide, 100_000);
        SocketRecord little = await Daemon.ListUntil(talk.Cookie, "the first send is seen", socket => socket.LastSendTime is not null);
        long second = await talk.Server.Send(talk.ServerSide, 50_000_000);
        Assert.Equal((100_000L, true), (first, second > 1_000_000));

        SocketRecord much = await Daemon.ListUntil(talk.Cookie, "unsent bytes have grown", socket => socket.UnsentBytes > little.UnsentBytes + 100_000);
        Assert.True(much.LastSendTime.ToDateTimeOffset() >= much.CloseWaitEnterTime.ToDateTimeOffset());
        await Deadline.Until("it says as many unsent bytes as ss", async () =>
        {
            SsRow row = Assert.Single(await SsTable.CloseWaits(), row => row.Cookie == talk.Cookie);
            SocketRecord? socket = (await Daemon.List()).Find(socket => socket.Cookie == talk.Cookie);
            return socket?.UnsentBytes == row.SendQ ? socket : null;
        });
    }

    [Fact]
    public async Task Send_after_the_peers_fin_is_told_before_any_scan_finds_it()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.ShutdownWrite(talk.ClientSide);
        await Journal.UntilHeld(talk.Cookie); // the scan that follows the FIN is over
        await talk.Server.Send(talk.ServerSide, 10);

        SocketRecord socket = await Journal.Until(
            talk.Cookie, "the send is told", change => change.Socket.LastSendTime is not null, TimeSpan.FromSeconds(2));
        Assert.True(socket.LastSendTime.ToDateTimeOffset() >= socket.CloseWaitEnterTime.ToDateTimeOffset());
    }

    private static void AssertHeldBy(SocketRecord socket, Target process, int fd)
    {
        Holder holder = Assert.Single(socket.Holders);
        Assert.Equal(((uint)process.Pid, (uint)fd), (holder.Pid, holder.Fd));
    }

    private static void AssertListener(SocketRecord socket, Conversation talk)
    {
        Assert.NotNull(socket.Listener);
        Assert.Equal((uint)talk.Listener.Port, socket.Listener.LocalPort);
        Assert.Equal((uint)talk.Server.Pid, socket.Listener.Opener.Pid);
        Stacks.AssertCalledFrom(socket.Listener.Opener, "publish_service", "run_line", "serve_forever");
    }
}
