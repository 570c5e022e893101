// SPDX-License-Identifier: Apache-2.0
using System.Net;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>IPv4, IPv6, v4-mapped, equal 4-tuples in two namespaces, and MPTCP.</summary>
public sealed class AddressTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "ipv4")]
    [InlineData("::1", "::1", "ipv6")]
    [InlineData("::", "127.0.0.1", "ipv6")] // v4-mapped
    public async Task Addresses_of_each_family_are_right(string listen, string connect, string family)
    {
        await using Conversation talk = await Conversation.Start(listen, connectTo: connect);
        await talk.Client.Close(talk.ClientSide);

        SocketRecord socket = await Journal.UntilHeld(talk.Cookie);
        Assert.Equal(family, socket.Family);
        IPEndPoint local = SsTable.EndPoint(connect, (uint)talk.Listener.Port);
        IPEndPoint remote = SsTable.EndPoint(connect, (uint)talk.ClientSide.Port);
        Assert.Equal(local, SsTable.EndPoint(socket.LocalAddress, socket.LocalPort));
        Assert.Equal(remote, SsTable.EndPoint(socket.RemoteAddress, socket.RemotePort));
        Assert.Equal((uint)talk.Server.Pid, Assert.Single(socket.Holders).Pid);
        Assert.Equal((uint)talk.Listener.Port, socket.Listener.LocalPort);
    }

    [Fact]
    public async Task Equal_tuples_in_two_namespaces_are_two_sockets()
    {
        await using NetworkNamespace first = await NetworkNamespace.Create();
        await using NetworkNamespace second = await NetworkNamespace.Create();
        (Target Server, Target Client, TargetSocket Socket) one = await SameTuple(first);
        (Target Server, Target Client, TargetSocket Socket) two = await SameTuple(second);
        await using Target oneServer = one.Server, oneClient = one.Client, twoServer = two.Server, twoClient = two.Client;

        SocketRecord oneRecord = await Journal.UntilHeld(one.Socket.Cookie);
        SocketRecord twoRecord = await Journal.UntilHeld(two.Socket.Cookie);
        Assert.Equal((7101u, 7102u), (oneRecord.LocalPort, oneRecord.RemotePort));
        Assert.Equal((7101u, 7102u), (twoRecord.LocalPort, twoRecord.RemotePort));
        Assert.Equal((first.Inode, second.Inode), (oneRecord.Netns, twoRecord.Netns));
        Assert.Equal((uint)oneServer.Pid, Assert.Single(oneRecord.Holders).Pid);
        Assert.Equal((uint)twoServer.Pid, Assert.Single(twoRecord.Holders).Pid);
        Assert.Equal((uint)oneServer.Pid, oneRecord.Listener.Opener.Pid);
        Assert.Equal((uint)twoServer.Pid, twoRecord.Listener.Opener.Pid);

        await oneServer.Close(one.Socket);
        await Journal.UntilExited(one.Socket.Cookie);
        SocketFilter filter = new() { LocalPorts = { 7101 } };
        SocketRecord left = Assert.Single(await Daemon.List(filter));
        Assert.Equal((two.Socket.Cookie, second.Inode), (left.Cookie, left.Netns));
        filter.Netns.Add(first.Inode);
        Assert.Empty(await Daemon.List(filter));
    }

    [Fact]
    public async Task Multipath_sockets_break_nothing()
    {
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        string[] answer;
        try
        {
            answer = await server.Ask("listen 127.0.0.1 0 16 mptcp");
        }
        catch (InvalidOperationException e)
        {
            Assert.Skip("not on this kernel: " + e.Message);
            return;
        }

        TargetSocket listener = new(int.Parse(answer[0]), int.Parse(answer[1]), ulong.Parse(answer[2]));
        TargetSocket clientSide = await client.Connect(listener.Port, rest: "- 0 mptcp");
        TargetSocket serverSide = await server.Accept(listener);
        await client.Send(clientSide, 100);
        await server.Receive(serverSide);
        await client.Close(clientSide);
        await server.ReceiveToEnd(serverSide);

        await AssertListedAsSsSees(listener.Port);
        await server.Close(serverSide);
        await AssertNothingWasRejected();
    }

    private async Task AssertListedAsSsSees(int port)
    {
        await Deadline.Until(
            "the subflows that ss shows are listed",
            async () =>
            {
                ulong[] expected = [.. (await SsTable.CloseWaits()).Where(row => row.Local.Port == port).Select(row => row.Cookie).Order()];
                ulong[] listed = [.. (await Daemon.List(new SocketFilter { LocalPorts = { (uint)port } })).Select(socket => socket.Cookie).Order()];
                return expected.SequenceEqual(listed) ? expected : null;
            });
    }

    private async Task AssertNothingWasRejected()
    {
        await using Conversation plain = await Conversation.Start();
        await plain.Client.Close(plain.ClientSide);
        Assert.Equal((uint)plain.Server.Pid, Assert.Single((await Journal.UntilHeld(plain.Cookie)).Holders).Pid);
    }

    private static async Task<(Target Server, Target Client, TargetSocket Socket)> SameTuple(NetworkNamespace netns)
    {
        Target server = Target.Start(netns);
        Target client = Target.Start(netns);
        TargetSocket listener = await server.Listen(port: 7101);
        TargetSocket clientSide = await client.Connect(listener.Port, rest: "127.0.0.1 7102");
        TargetSocket serverSide = await server.Accept(listener);
        await client.Close(clientSide);
        return (server, client, serverSide);
    }
}
