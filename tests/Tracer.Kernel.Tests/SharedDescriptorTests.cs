// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>One socket, several descriptors: all of them, and only the living ones, are its holders.</summary>
public sealed class SharedDescriptorTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    [Fact]
    public async Task Duplicates_are_all_listed_and_closing_one_is_not_the_end()
    {
        await using Conversation talk = await Conversation.Start();
        int copy = await talk.Server.Duplicate(talk.ServerSide);
        await talk.Client.Close(talk.ClientSide);
        await UntilHolders(talk.Cookie, (talk.Server.Pid, talk.ServerSide.Fd), (talk.Server.Pid, copy));

        await talk.Server.Close(talk.ServerSide);
        SocketRecord socket = await UntilHolders(talk.Cookie, (talk.Server.Pid, copy));
        Assert.Equal(TcpState.CloseWait, socket.State);

        await talk.Server.Close(copy);
        Assert.Equal(EndReason.Closed, (await Journal.UntilExited(talk.Cookie)).EndReason);
    }

    [Fact]
    public async Task Forked_child_holds_what_its_parent_closed()
    {
        using ScratchFolder scratch = new();
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await using Target child = await talk.Server.Fork(scratch);
        await talk.Client.Close(talk.ClientSide);
        await UntilHolders(talk.Cookie, (talk.Server.Pid, talk.ServerSide.Fd), (child.Pid, talk.ServerSide.Fd));

        await talk.Server.Close(talk.ServerSide);
        SocketRecord socket = await UntilHolders(talk.Cookie, (child.Pid, talk.ServerSide.Fd));
        Assert.Equal((uint)talk.Server.Pid, socket.Origin.Pid); // who opened it stays true

        await child.Close(talk.ServerSide);
        SocketRecord end = await Journal.UntilExited(talk.Cookie);
        Assert.Equal((EndReason.Closed, (uint)child.Pid), (end.EndReason, end.Closer.Pid));
    }

    [Fact]
    public async Task Passed_descriptor_is_held_by_the_receiver_when_the_opener_has_ended()
    {
        using ScratchFolder scratch = new();
        await using Target receiver = Target.Start();
        string mailbox = scratch.PathOf("mailbox");
        string[] box = await receiver.Ask($"unix-bind {mailbox}");
        ulong cookie;
        int openerPid;
        await using Target peer = Target.Start();
        TargetSocket listener = await peer.Listen();
        TargetSocket peerSide;
        await using (Target opener = Target.Start())
        {
            openerPid = opener.Pid;
            TargetSocket socket = await opener.Connect(listener.Port);
            cookie = socket.Cookie;
            peerSide = await peer.Accept(listener);
            await opener.Ask($"pass {mailbox} {socket.Fd}");
            await opener.Exit();
        }

        await peer.Close(peerSide);
        await Journal.UntilEntered(cookie);
        SocketRecord inFlight = await UntilHolders(cookie); // in the mailbox: nobody holds it, and it was not forgotten in a queue
        Assert.False(inFlight.NeverAccepted);
        int fd = int.Parse((await receiver.Ask($"take {box[0]}"))[0]);
        SocketRecord record = await UntilHolders(cookie, (receiver.Pid, fd));
        Assert.Equal(((uint)openerPid, OriginKind.Connect), (record.Origin.Pid, record.Origin.Kind));
        Assert.Equal("target", record.Origin.Comm);
    }

    [Fact]
    public async Task Executed_image_keeps_what_it_inherited()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await Journal.UntilEntered(talk.Cookie);
        // The target's commands are split at spaces, which the path of the repository may contain.
        using ScratchFolder scratch = new();
        string image = scratch.PathOf("renamed");
        File.Copy(TargetPrograms.PathOf("target"), image);
        await talk.Server.Tell($"exec {image}");
        await talk.Server.Ask($"dup {talk.ServerSide.Fd}"); // answered by the new image

        SocketRecord socket = await Daemon.ListUntil(
            talk.Cookie, "both descriptors belong to the new image", record => record.Holders.Count == 2 && record.Holders.All(holder => holder.Exe == image));
        Assert.All(socket.Holders, holder => Assert.Equal(((uint)talk.Server.Pid, "renamed"), (holder.Pid, holder.Comm)));
        Assert.Equal("target", socket.Origin.Comm); // the name at that moment
    }

    [Fact]
    public async Task Old_worker_that_keeps_one_after_a_reload_is_the_only_holder()
    {
        using ScratchFolder scratch = new();
        await using Target master = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await master.Listen();
        await using Target oldWorker = await master.Fork(scratch);
        await oldWorker.Ask("name old-worker");
        TargetSocket clientSide = await client.Connect(listener.Port);
        TargetSocket workerSide = await oldWorker.Accept(listener);
        await oldWorker.Close(listener); // told to finish; it keeps its last connection
        await using Target newWorker = await master.Fork(scratch);
        await newWorker.Ask("name new-worker");
        await client.Close(clientSide);

        SocketRecord socket = await UntilHolders(workerSide.Cookie, (oldWorker.Pid, workerSide.Fd));
        Assert.Equal("old-worker", socket.Holders[0].Comm);
        Assert.Equal((uint)master.Pid, socket.Listener.Opener.Pid);
        Assert.Equal(
            [(uint)master.Pid, (uint)newWorker.Pid],
            (await Daemon.ListUntil(workerSide.Cookie, "the listener has two holders", record => record.Listener.Holders.Count == 2))
                .Listener.Holders.Select(holder => holder.Pid).Order());
    }

    [Fact]
    public async Task Reused_pid_is_not_blamed_for_the_old_socket()
    {
        using ScratchFolder scratch = new();
        await using Target keeper = Target.Start();
        await using Target peer = Target.Start();
        TargetSocket listener = await peer.Listen();
        string[] box = await keeper.Ask($"unix-bind {scratch.PathOf("mailbox")}");
        await using Target opener = await keeper.Fork(scratch);
        await opener.Ask("name opener");
        Stopwatch sinceStart = Stopwatch.StartNew();
        TargetSocket socket = await opener.Connect(listener.Port);
        TargetSocket peerSide = await peer.Accept(listener);
        await opener.Ask($"pass {scratch.PathOf("mailbox")} {socket.Fd}");
        int fd = int.Parse((await keeper.Ask($"take {box[0]}"))[0]);
        await opener.Exit();

        await Deadline.Until("the start times can be told apart", () => sinceStart.Elapsed > TimeSpan.FromMilliseconds(200));
        await using Target impostor = await peer.ForkAs(opener.Pid, scratch);
        Assert.Equal(opener.Pid, impostor.Pid);
        await peer.Close(peerSide);
        await impostor.Close(peerSide); // inherited: else the FIN would not go out

        SocketRecord record = await UntilHolders(socket.Cookie, (keeper.Pid, fd));
        Assert.Equal(((uint)opener.Pid, "opener"), (record.Origin.Pid, record.Origin.Comm));
        Assert.NotNull(record.Origin.ProcessStartTime);
        Assert.True(record.Origin.ProcessStartTime.ToDateTimeOffset() < record.Origin.Time.ToDateTimeOffset());
        DateTimeOffset impostorStart = await ProcessClock.StartOf(impostor.Pid);
        Assert.True(
            record.Origin.ProcessStartTime.ToDateTimeOffset() < impostorStart,
            $"origin started {record.Origin.ProcessStartTime}, the process that has its pid now {impostorStart:O}");
    }

    private Task<SocketRecord> UntilHolders(ulong cookie, params (int Pid, int Fd)[] expected)
    {
        (uint, uint)[] wanted = [.. expected.Select(one => ((uint)one.Pid, (uint)one.Fd)).Order()];
        return Daemon.ListUntil(
            cookie,
            $"held by {string.Join(", ", wanted)}",
            socket => socket.Holders.Select(holder => (holder.Pid, holder.Fd)).Order().SequenceEqual(wanted));
    }
}
