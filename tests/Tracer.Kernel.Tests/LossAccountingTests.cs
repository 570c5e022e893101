// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Nothing is lost silently: produced = delivered + counted, and the list heals.</summary>
public sealed class LossAccountingTests : KernelTest
{
    private const int Connections = 50_000;
    private const int Kept = 200;

    // CLOSE, SYN_SENT, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE and LISTEN, SYN_RECV, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSE
    private const int ChangesOfAConnection = 10;

    [Fact]
    public async Task Fifty_thousand_connections_are_delivered_or_counted()
    {
        await using Daemon daemon = await Daemon.Start();
        (ulong delivered, ulong lost, ulong ofLoad) = await RunLoad(daemon);

        // Two ends that close at the same moment pass through CLOSING: a change less, never one more.
        Assert.InRange(delivered + lost, (ulong)Connections * (ChangesOfAConnection - 1), ulong.MaxValue);
        if (lost == 0)
            Assert.InRange(ofLoad, (ulong)(Connections * (ChangesOfAConnection - 1)), (ulong)(Connections * ChangesOfAConnection) + 2);
    }

    [Fact]
    public async Task With_a_tiny_ring_every_loss_is_counted_and_announced()
    {
        await using Daemon daemon = await Daemon.Start("--ring-size", "4096");
        (_, ulong lost, _) = await RunLoad(daemon);
        Assert.True(lost > 0, "a ring of one page lost nothing: this test shows nothing");
    }

    private static async Task<(ulong Delivered, ulong Lost, ulong OfLoad)> RunLoad(Daemon daemon)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using LoadGenerator load = await LoadGenerator.Start(netns, 7000, Connections, Kept);
        ulong ofLoad = 0;
        await using TransitionJournal journal = await TransitionJournal.Start(daemon, keep: one =>
        {
            ofLoad += one.Netns == netns.Inode ? 1ul : 0;
            return false;
        });
        await using CloseWaitJournal closeWaits = new(daemon, new SocketFilter { Netns = { netns.Inode } });
        Assert.Equal($"done {Connections} {Kept}", await load.Run());

        await UntilBalanced(daemon, journal);
        await UntilListAgreesWithSs(daemon, netns, Kept);
        (ulong delivered, ulong lost) = (journal.Delivered, journal.Lost);
        await load.Finish();
        await UntilListAgreesWithSs(daemon, netns, 0);
        return (delivered, lost, ofLoad);
    }

    /// <summary>
    /// Every change of the daemon's whole life was watched, filtered before the stream began, or is in a loss notice.
    /// </summary>
    private static async Task UntilBalanced(Daemon daemon, TransitionJournal journal)
    {
        string evidence = "";
        await Deadline.Until(
            "produced = delivered + counted",
            async () =>
            {
                Dictionary<string, ulong> counters = await daemon.Counters();
                ulong watched = counters["transitions"] - counters["filtered"];
                evidence = $"{watched} watched, {journal.Delivered} delivered, {journal.Lost} announced as lost\n{string.Join('\n', counters)}";
                return watched == journal.Delivered + journal.Lost ? evidence : null;
            },
            TimeSpan.FromSeconds(30),
            () => evidence);
    }

    private static async Task UntilListAgreesWithSs(Daemon daemon, NetworkNamespace netns, int count)
    {
        ulong[] listed = [], expected = [];
        await Deadline.Until(
            $"the list agrees with ss on {count} sockets",
            async () =>
            {
                expected = [.. (await SsTable.CloseWaits(netns)).Select(row => row.Cookie).Order()];
                List<SocketRecord> sockets = await daemon.List(new SocketFilter { Netns = { netns.Inode } });
                listed = [.. sockets.Select(socket => socket.Cookie).Order()];
                return expected.Length == count && listed.SequenceEqual(expected) && sockets.TrueForAll(socket => socket.Holders.Count == 1) ? listed : null;
            },
            TimeSpan.FromSeconds(30),
            () => $"ss: {expected.Length}, list: {listed.Length}; only in the list: {listed.Except(expected).Count()}, only in ss: {expected.Except(listed).Count()}");
    }
}
