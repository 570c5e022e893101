// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Connections that nobody has accepted: no process holds them, their listener's does.</summary>
[Trait("Guest", "cookies")]
public sealed class AcceptQueueTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    [Fact]
    public async Task Socket_that_nobody_accepts_belongs_to_its_listener()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        await talk.Client.Send(talk.ClientSide, 64);
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await UntilListed(talk, record => record.Listener is { Holders.Count: > 0 });
        Assert.True(socket.NeverAccepted);
        Assert.Empty(socket.Holders);
        Assert.Equal(65u, socket.UnreadBytes);
        Assert.Equal(Direction.Inbound, socket.Direction);
        Assert.Equal(OriginKind.Queued, socket.Origin.Kind);
        Holder holder = Assert.Single(socket.Listener.Holders);
        Assert.Equal(((uint)talk.Server.Pid, (uint)talk.Listener.Fd), (holder.Pid, holder.Fd));
        Assert.Equal((uint)talk.Server.Pid, socket.Listener.Opener.Pid);
        Assert.Equal((talk.Listener.Cookie, (uint)talk.Listener.Port), (socket.Listener.Cookie, socket.Listener.LocalPort));
        Assert.Equal((1u, 64u), (socket.Listener.QueueLength, socket.Listener.QueueLimit));
    }

    [Fact]
    public async Task Accepting_it_late_gives_it_a_holder()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        await talk.Client.Close(talk.ClientSide);
        SocketRecord queued = await UntilListed(talk, record => record.NeverAccepted);

        await talk.Accept();
        Assert.Equal(queued.Cookie, talk.Cookie);
        SocketRecord socket = await Daemon.ListUntil(talk.Cookie, "it is held", record => record.Holders.Count > 0);
        Assert.False(socket.NeverAccepted);
        Holder holder = Assert.Single(socket.Holders);
        Assert.Equal(((uint)talk.Server.Pid, (uint)talk.ServerSide.Fd), (holder.Pid, holder.Fd));
        Assert.NotEqual(OriginKind.Queued, socket.Origin?.Kind);
    }

    [Fact]
    public async Task Client_that_resets_in_the_queue_before_its_fin_is_no_close_wait()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        await talk.Client.Send(talk.ClientSide, 64);
        await talk.Client.Reset(talk.ClientSide);
        await talk.Accept();
        Assert.Equal(7, await talk.Server.State(talk.ServerSide)); // CLOSE

        await UntilOthersAreSeen();
        Assert.Empty(Journal.Of(talk.Cookie));
        Assert.DoesNotContain(await Daemon.List(), socket => socket.Cookie == talk.Cookie);
    }

    [Fact]
    public async Task Client_that_resets_in_the_queue_after_its_fin_leaves_no_socket()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        await talk.Client.ShutdownWrite(talk.ClientSide);
        SocketRecord queued = await UntilListed(talk, record => record.NeverAccepted);
        await talk.Client.Reset(talk.ClientSide);

        SocketRecord socket = await Journal.UntilExited(queued.Cookie);
        Assert.Equal(EndReason.ResetByPeer, socket.EndReason);
        Assert.False(socket.DescriptorLeftOpen);
        Assert.True(socket.NeverAccepted);
        Assert.Null(socket.Closer);
    }

    [Fact]
    public async Task Children_that_wait_when_the_listener_is_closed_end_with_it()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        await talk.Client.ShutdownWrite(talk.ClientSide);
        SocketRecord queued = await UntilListed(talk, record => record.NeverAccepted);
        await talk.Server.Close(talk.Listener);

        SocketRecord socket = await Journal.UntilExited(queued.Cookie);
        Assert.Equal(EndReason.ListenerClosed, socket.EndReason);
        Assert.False(socket.DescriptorLeftOpen);
    }

    [Fact]
    public async Task Queue_of_several_is_counted_and_accepted_one_by_one()
    {
        await using Conversation talk = await Conversation.StartUnaccepted();
        List<TargetSocket> clients = [talk.ClientSide];
        for (int i = 1; i < 5; i++)
            clients.Add(await talk.Client.Connect(talk.Listener.Port));
        foreach (TargetSocket client in clients)
            await talk.Client.Close(client);

        await UntilQueueIs(talk, 5);
        await talk.Accept();
        await UntilQueueIs(talk, 4);
    }

    [Fact]
    public async Task Connections_that_a_full_queue_refused_are_counted_at_its_listener()
    {
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await server.Listen(backlog: 1);
        // The kernel takes one more than the backlog.
        TargetSocket[] clients = [await client.Connect(listener.Port), await client.Connect(listener.Port)];
        using Socket refused = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Task attempt = refused.ConnectAsync(IPAddress.Loopback, listener.Port, TestContext.Current.CancellationToken).AsTask();
        foreach (TargetSocket waiting in clients)
            await client.ShutdownWrite(waiting);

        SocketFilter filter = new() { LocalPorts = { (uint)listener.Port } };
        SocketRecord queued = await Deadline.Until(
            "a drop is counted", async () => (await Daemon.List(filter)).Find(socket => socket.Listener is { Drops: > 0 }));
        Assert.Equal((2u, 1u), (queued.Listener.QueueLength, queued.Listener.QueueLimit));
        Assert.False(attempt.IsCompletedSuccessfully);
    }

    private Task<SocketRecord> UntilListed(Conversation talk, Func<SocketRecord, bool> condition)
    {
        SocketRecord? last = null;
        return Deadline.Until(
            "the queued socket is listed as it is",
            async () =>
            {
                last = (await Daemon.List()).Find(socket => socket.RemotePort == talk.ClientSide.Port && socket.LocalPort == talk.Listener.Port);
                return last is not null && condition(last) ? last : null;
            },
            evidence: () => "last seen: " + last);
    }

    private async Task UntilQueueIs(Conversation talk, int length)
    {
        SocketFilter filter = new() { LocalPorts = { (uint)talk.Listener.Port } };
        List<SocketRecord> last = [];
        await Deadline.Until(
            $"{length} sockets wait in the queue",
            async () =>
            {
                last = [.. (await Daemon.List(filter)).Where(socket => socket.NeverAccepted)];
                return last.Count == length && last.TrueForAll(socket => socket.Listener.QueueLength == length) ? last : null;
            },
            evidence: () => string.Join('\n', last));
    }

    /// <summary>Nothing is said about a socket: known once a later one was reported.</summary>
    private async Task UntilOthersAreSeen()
    {
        await using Conversation later = await Conversation.Start();
        await later.Client.Close(later.ClientSide);
        await Journal.UntilEntered(later.Cookie);
    }
}
