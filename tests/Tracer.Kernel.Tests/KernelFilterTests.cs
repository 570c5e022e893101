// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What nobody asked for does not leave the kernel. The load runs in a namespace of its own; the daemon's filters name its port.</summary>
public sealed class KernelFilterTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const int Connections = 1000;
    private const int WatchedPort = 7010;
    private const int OtherPort = 7020;

    // Of the ten changes of a connection's two ends: the client's last two come with a delayed ACK, many sockets at a time, and
    // all of them may fall into the blind spot that Produced describes.
    private const ulong AtLeast = 8 * Connections;
    private const string Submitted = "events_submitted";

    [Fact]
    public async Task With_nobody_watching_only_close_wait_entries_and_exits_leave_the_kernel()
    {
        ulong changes = await Exactly(2 * Connections, () => RunLoad(WatchedPort, reads: false));
        Assert.InRange(changes, AtLeast, ulong.MaxValue); // while the hook saw all of them
    }

    [Fact]
    public async Task Reading_the_end_of_the_stream_adds_one_record() =>
        await Exactly(3 * Connections, () => RunLoad(WatchedPort, reads: true));

    [Fact]
    public async Task Watcher_of_one_port_gets_nothing_else_out_of_the_kernel()
    {
        SocketFilter filter = new() { Ports = { WatchedPort } };
        await using TransitionJournal journal = await TransitionJournal.Start(Daemon, filter);

        await Exactly(2 * Connections, () => RunLoad(OtherPort, reads: false)); // its CLOSE_WAITs only
        Assert.Equal(0ul, journal.Delivered);

        Dictionary<string, ulong> before = await Daemon.Counters();
        await RunLoad(WatchedPort, reads: false);
        Dictionary<string, ulong> after = await Daemon.Counters();
        await Deadline.Until(
            "the watched port's changes arrive",
            () => journal.Delivered >= AtLeast,
            evidence: () => $"{journal.Delivered} arrived, {journal.Lost} lost\n{string.Join('\n', after.Where(one => one.Value != before[one.Key]).Select(one => $"{one.Key} + {one.Value - before[one.Key]}"))}");
        Assert.All(journal.Kept, one => Assert.Contains((uint)WatchedPort, new[] { one.LocalPort, one.RemotePort }));
    }

    [Theory]
    [InlineData("netns")]
    [InlineData("family")]
    [InlineData("local port")]
    [InlineData("remote port")]
    public async Task Watcher_of_something_else_costs_nothing(string what)
    {
        SocketFilter filter = what switch
        {
            "netns" => new() { Netns = { 1 } },
            "family" => new() { Families = { SocketFilter.Types.Family.Ipv6 } },
            "local port" => new() { LocalPorts = { WatchedPort } },
            _ => new() { RemotePorts = { WatchedPort } },
        };
        await using TransitionJournal journal = await TransitionJournal.Start(Daemon, filter);
        await Exactly(2 * Connections, () => RunLoad(OtherPort, reads: false));
    }

    [Fact]
    public async Task Watcher_of_one_state_gets_only_that_state_out_of_the_kernel()
    {
        SocketFilter filter = new() { States = { TcpState.FinWait2 }, RemotePorts = { WatchedPort } };
        await using TransitionJournal journal = await TransitionJournal.Start(Daemon, filter);

        await Exactly(3 * Connections, () => RunLoad(WatchedPort, reads: false)); // CLOSE_WAIT entry and exit, and FIN_WAIT2
        await Deadline.Until("they arrive", () => journal.Delivered >= Connections, evidence: () => $"{journal.Delivered} arrived");
        Assert.All(journal.Kept, one => Assert.Equal((TcpState.FinWait2, (uint)WatchedPort), (one.NewState, one.RemotePort)));
    }

    [Fact]
    public async Task Filters_end_with_the_watcher()
    {
        await using (TransitionJournal journal = await TransitionJournal.Start(Daemon))
        {
            await using Conversation watched = await Conversation.Start();
            await journal.Until("the watcher sees it", one => one.LocalPort == watched.Listener.Port);
        }

        await Deadline.Until(
            "changes are filtered again",
            async () =>
            {
                Dictionary<string, ulong> before = await Daemon.Counters();
                await using Conversation talk = await Conversation.Start();
                Dictionary<string, ulong> after = await Daemon.Counters();
                return after[Submitted] == before[Submitted] && after["filtered"] > before["filtered"] ? "filtered" : null;
            });
    }

    [Fact]
    public async Task First_watcher_of_everything_brings_every_change_and_the_last_one_takes_them_away()
    {
        await Exactly(2 * Connections, () => RunLoad(WatchedPort, reads: false));
        await using (TransitionJournal all = await TransitionJournal.Start(Daemon, keep: _ => false))
        {
            await using (TransitionJournal narrow = await TransitionJournal.Start(Daemon, new SocketFilter { Ports = { OtherPort } }))
                await AllOfALoad(all);
            await AllOfALoad(all);
        }
        await Exactly(2 * Connections, () => RunLoad(WatchedPort, reads: false));
    }

    [Fact]
    public async Task Connection_that_began_unwatched_has_its_owners_when_it_is_watched()
    {
        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await using TransitionJournal journal = await TransitionJournal.Start(Daemon, new SocketFilter { Ports = { (uint)talk.Listener.Port } });
        await talk.Client.Close(talk.ClientSide);
        Transition closing = await journal.Until("the client's end begins to close", one => one.NewState == TcpState.FinWait1);
        Transition closed = await journal.Until("the server's end is told that", one => one.NewState == TcpState.CloseWait);
        Transition half = await journal.Until("the client's end is told so", one => one.NewState == TcpState.FinWait2);
        Assert.Equal((uint)talk.Client.Pid, closing.Owner.Pid);
        Assert.Equal((uint)talk.Client.Pid, half.Owner.Pid);
        Assert.Equal((uint)talk.Server.Pid, closed.Owner.Pid);
        Assert.Equal(Direction.Outbound, half.Direction);
        Assert.Equal(Direction.Inbound, closed.Direction);
    }

    private async Task AllOfALoad(TransitionJournal journal)
    {
        ulong delivered = journal.Delivered;
        Dictionary<string, ulong> before = await Daemon.Counters();
        await RunLoad(WatchedPort, reads: false);
        Dictionary<string, ulong> after = await Daemon.Counters();
        Assert.Equal(before["filtered"], after["filtered"]);
        Assert.InRange(after[Submitted] - before[Submitted], AtLeast, ulong.MaxValue);
        await Deadline.Until("they arrive", () => journal.Delivered - delivered >= AtLeast, evidence: () => $"{journal.Delivered - delivered} arrived");
    }

    /// <summary>
    /// The counter is the host's: other connections on this machine would disturb it, so a disturbed run is repeated,
    /// and the changes seen in the exact run are returned.
    /// </summary>
    private async Task<ulong> Exactly(int expected, Func<Task> load)
    {
        List<ulong> deltas = [];
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Dictionary<string, ulong> before = await Daemon.Counters();
            await load();
            Dictionary<string, ulong> after = await Daemon.Counters();
            deltas.Add(after[Submitted] - before[Submitted]);
            if (deltas[^1] == (ulong)expected)
                return after["transitions"] - before["transitions"];
        }

        Assert.Fail($"{Submitted} grew by {string.Join(", ", deltas)} instead of {expected}");
        return 0;
    }

    private static async Task RunLoad(int port, bool reads)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using LoadGenerator load = await LoadGenerator.Start(netns, port, Connections, reads: reads);
        Assert.Equal($"done {Connections} 0", await load.Run());
        await load.Finish();
        // The last ACKs may be on their way still.
        await Deadline.Until(
            "no connection is being closed any more",
            async () => await Command.MustRun("ip", "netns", "exec", netns.Name, "ss", "-Hta", "state", "last-ack", "state", "fin-wait-1", "state", "fin-wait-2") is "" ? "none" : null);
    }
}
