// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Outbound connections that the server closed, and tasks that only happened to be there.</summary>
public sealed class ConnectTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    [Fact]
    public async Task Outbound_leak_names_the_code_that_opened_it()
    {
        await using Conversation talk = await Conversation.Start();
        ulong cookie = talk.ClientSide.Cookie;
        await talk.Server.Close(talk.ServerSide);

        SocketRecord socket = await Journal.Until(cookie, "held, with the stack of the connect", change => change.Socket is { Holders.Count: 1, Origin.Stack.Count: > 0 });
        Assert.Equal((Direction.Outbound, OriginKind.Connect), (socket.Direction, socket.Origin.Kind));
        Assert.Equal(((uint)talk.Client.Pid, (uint)talk.Client.Pid), (socket.Origin.Pid, socket.Origin.Tid));
        Assert.Equal(("target", TargetPrograms.PathOf("target")), (socket.Origin.Comm, socket.Origin.Exe));
        Assert.Equal(Source.Traced, socket.Origin.Source);
        Stacks.AssertCalledFrom(socket.Origin, "dial_upstream", "checkout_connection", "run_line", "serve_forever");
        Assert.Null(socket.Listener);
        Assert.Equal(((uint)talk.Client.Pid, (uint)talk.ClientSide.Fd), (socket.Holders[0].Pid, socket.Holders[0].Fd));
    }

    [Fact]
    public async Task Stack_can_be_fetched_by_its_id()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Server.Close(talk.ServerSide);
        SocketRecord socket = await Journal.Until(talk.ClientSide.Cookie, "the stack of the connect", change => change.Socket.Origin is { Stack.Count: > 0 });

        GetStackResponse response = await Daemon.Client.GetStackAsync(
            new GetStackRequest { StackId = socket.Origin.StackId }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((uint)talk.Client.Pid, response.Stack.Pid);
        Assert.Equal(socket.Origin.Stack, response.Stack.Frames);
    }

    [Fact]
    public async Task Connection_of_a_thread_that_is_gone_keeps_the_threads_name_and_belongs_to_the_process()
    {
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await server.Listen();
        string[] answer = await client.Ask($"connect-thread 127.0.0.1 {listener.Port}");
        (ulong cookie, uint fd, uint tid) = (ulong.Parse(answer[2]), uint.Parse(answer[0]), uint.Parse(answer[3]));
        await server.Close(await server.Accept(listener));

        SocketRecord socket = await Journal.UntilHeld(cookie);
        Assert.Equal(((uint)client.Pid, tid, "dialer"), (socket.Origin.Pid, socket.Origin.Tid, socket.Origin.Comm));
        Holder holder = Assert.Single(socket.Holders);
        Assert.Equal(((uint)client.Pid, fd, "target"), (holder.Pid, holder.Fd, holder.Comm));
    }

    [Fact]
    public async Task Loopback_client_that_closes_is_never_the_servers_owner()
    {
        await using TransitionJournal transitions = await TransitionJournal.Start(Daemon, new SocketFilter { States = { TcpState.CloseWait } });
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide); // the FIN is processed in the context of this call

        Transition change = await transitions.Until("the server's change is streamed", one => one.Cookie == talk.Cookie);
        Assert.Equal((TcpState.Established, TcpState.CloseWait), (change.OldState, change.NewState));
        if (change.Owner is not null)
            Assert.Equal((uint)talk.Server.Pid, change.Owner.Pid);
        SocketRecord socket = await Journal.UntilHeld(talk.Cookie);
        Assert.All(
            new[] { socket.Origin, socket.LastRead, socket.Listener.Opener },
            actor => Assert.Equal((uint)talk.Server.Pid, actor.Pid));
        Assert.Equal((uint)talk.Server.Pid, Assert.Single(socket.Holders).Pid);
        Assert.All(Journal.Of(talk.Cookie), one => Assert.DoesNotContain((uint)talk.Client.Pid, PidsIn(one.Socket)));
    }

    [Fact]
    public async Task Every_change_of_a_connection_is_streamed_in_order_with_its_owner()
    {
        await using TransitionJournal transitions = await TransitionJournal.Start(Daemon);
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await talk.Server.ReceiveToEnd(talk.ServerSide);
        await talk.Server.Close(talk.ServerSide);
        await transitions.Until("the server's end is closed", one => one.Cookie == talk.Cookie && one.NewState == TcpState.Close);
        await transitions.Until("the client's end is closed", one => one.Cookie == talk.ClientSide.Cookie && one.NewState == TcpState.Close);

        Transition[] server = [.. transitions.Kept.Where(one => one.Cookie == talk.Cookie)];
        Transition[] client = [.. transitions.Kept.Where(one => one.Cookie == talk.ClientSide.Cookie)];
        AssertStates(server, TcpState.Listen, TcpState.SynRecv, TcpState.Established, TcpState.CloseWait, TcpState.LastAck, TcpState.Close);
        AssertStates(client, TcpState.Close, TcpState.SynSent, TcpState.Established, TcpState.FinWait1, TcpState.FinWait2, TcpState.Close);
        Assert.All(client, one => Assert.Equal(((uint)talk.Client.Pid, Direction.Outbound), (one.Owner.Pid, one.Direction)));
        Assert.All(server, one => Assert.Equal(Direction.Inbound, one.Direction));
        Assert.Equal((uint)talk.Server.Pid, server.Single(one => one.NewState == TcpState.LastAck).Owner.Pid);
        Assert.All(server.Where(one => one.Owner is not null), one => Assert.Equal((uint)talk.Server.Pid, one.Owner.Pid));
    }

    private static IEnumerable<uint> PidsIn(SocketRecord socket)
    {
        Actor?[] actors = [socket.Origin, socket.LastRead, socket.EofRead, socket.Closer, socket.Listener?.Opener];
        return actors.OfType<Actor>().Select(actor => actor.Pid)
            .Concat(socket.Holders.Concat(socket.Listener?.Holders ?? []).Select(holder => holder.Pid));
    }

    private static void AssertStates(Transition[] changes, params TcpState[] path)
    {
        Assert.Equal(path[1..], changes.Select(change => change.NewState));
        Assert.Equal(path[..^1], changes.Select(change => change.OldState));
        Assert.Equal(changes.Select(change => change.KtimeNs).Order(), changes.Select(change => change.KtimeNs));
    }
}
