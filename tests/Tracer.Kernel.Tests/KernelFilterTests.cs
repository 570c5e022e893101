// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What nobody asked for does not leave the kernel. The load runs in a namespace of its own; the daemon's filters name its port.</summary>
public sealed class KernelFilterTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const int Connections = 1000;
    private const int WatchedPort = 7010;
    private const int OtherPort = 7020;
    private const string Submitted = "events_submitted";

    [Fact]
    public async Task With_nobody_watching_only_close_wait_entries_and_exits_leave_the_kernel()
    {
        ulong changes = await Exactly(Submitted, 2 * Connections, () => RunLoad(WatchedPort));
        Assert.InRange(changes, 9ul * Connections, ulong.MaxValue); // while all of them were seen
    }

    [Fact]
    public async Task Watcher_of_one_port_gets_nothing_else_out_of_the_kernel()
    {
        SocketFilter filter = new() { Ports = { WatchedPort } };
        await using TransitionJournal journal = await TransitionJournal.Start(Daemon, filter);

        await Exactly(Submitted, 2 * Connections, () => RunLoad(OtherPort)); // its CLOSE_WAITs only
        Assert.Equal(0ul, journal.Delivered);

        await RunLoad(WatchedPort);
        await Deadline.Until("the watched port's changes arrive", () => journal.Delivered >= 9ul * Connections, evidence: () => $"{journal.Delivered} arrived");
        Assert.All(journal.Kept, one => Assert.Contains((uint)WatchedPort, new[] { one.LocalPort, one.RemotePort }));
    }

    [Fact]
    public async Task Watcher_of_one_state_gets_only_that_state_out_of_the_kernel()
    {
        SocketFilter filter = new() { States = { TcpState.LastAck }, LocalPorts = { WatchedPort } };
        await using TransitionJournal journal = await TransitionJournal.Start(Daemon, filter);

        await Exactly(Submitted, 3 * Connections, () => RunLoad(WatchedPort)); // CLOSE_WAIT entry and exit, and LAST_ACK
        await Deadline.Until("they arrive", () => journal.Delivered == Connections, evidence: () => $"{journal.Delivered} arrived");
        Assert.All(journal.Kept, one => Assert.Equal(TcpState.LastAck, one.NewState));
    }

    [Fact]
    public async Task Filters_end_with_the_watcher()
    {
        await using (await TransitionJournal.Start(Daemon))
            Assert.NotEqual(0ul, (await Daemon.Counters())["transitions"]);
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

    /// <summary>
    /// The counter is the host's: other connections on this machine would disturb it, so a disturbed run is repeated,
    /// and the changes seen in the exact run are returned.
    /// </summary>
    private async Task<ulong> Exactly(string counter, int expected, Func<Task> load)
    {
        List<ulong> deltas = [];
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Dictionary<string, ulong> before = await Daemon.Counters();
            await load();
            Dictionary<string, ulong> after = await Daemon.Counters();
            deltas.Add(after[counter] - before[counter]);
            if (deltas[^1] == (ulong)expected)
                return after["transitions"] - before["transitions"];
        }

        Assert.Fail($"{counter} grew by {string.Join(", ", deltas)} instead of {expected}");
        return 0;
    }

    private static async Task RunLoad(int port)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using LoadGenerator load = await LoadGenerator.Start(netns, port, Connections, 0);
        Assert.Equal($"done {Connections} 0", await load.Run());
        await load.Finish();
        // The last ACKs may be on their way still.
        await Deadline.Until(
            "no connection is being closed any more",
            async () => await Command.MustRun("ip", "netns", "exec", netns.Name, "ss", "-Hta", "state", "last-ack", "state", "fin-wait-1", "state", "fin-wait-2") is "" ? "none" : null);
    }
}
