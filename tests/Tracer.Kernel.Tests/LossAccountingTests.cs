// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Nothing is lost silently: produced = delivered + counted, and the list heals.</summary>
public sealed class LossAccountingTests : KernelTest
{
    // CLOSE, SYN_SENT, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE and LISTEN, SYN_RECV, ESTABLISHED, CLOSE_WAIT, LAST_ACK, CLOSE
    private const int ChangesOfAConnection = 10;

    private static readonly int Connections = Deadline.Fewer(50_000);
    private static readonly int Kept = Deadline.Fewer(200);

    [Fact]
    [Trait("Guest", "cookies")]
    public async Task Many_connections_are_delivered_or_counted()
    {
        await using Daemon daemon = await Daemon.Start();
        LoadResult result = await RunLoad(daemon, reads: true, () => Task.CompletedTask, () => Task.CompletedTask);
        if (result.Lost == 0)
            Produced.AssertAllBut(result.OfLoad, Connections * ChangesOfAConnection - 2 * Kept);
    }

    [Fact]
    [Trait("Guest", "cookies")]
    public async Task With_a_small_ring_and_a_stopped_reader_every_loss_is_counted_and_announced()
    {
        await using Daemon daemon = await Daemon.Start("--ring-size", "1");
        // Servers that do not read make no records but those of the state changes: the sums are exact in spite of the losses.
        LoadResult result = await RunLoad(daemon, reads: false, () => daemon.Process.Signal("STOP"), () => daemon.Process.Signal("CONT"));
        Assert.InRange(result.Lost, (ulong)Connections * ChangesOfAConnection / 2, ulong.MaxValue); // 1 MiB holds some thousand records
        Assert.InRange(result.OfLoad, 1ul, ulong.MaxValue);
    }

    [Fact]
    public async Task Client_that_does_not_read_loses_visibly_and_slows_nobody()
    {
        await using Daemon daemon = await Daemon.Start();
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        SocketFilter filter = new() { Netns = { netns.Inode } };
        await using TransitionJournal fast = await TransitionJournal.Start(daemon, filter, _ => false);
        await using TransitionJournal slow = await TransitionJournal.Start(daemon, filter, _ => false, stopAfterStarted: true);
        await using LoadGenerator load = await LoadGenerator.Start(netns, 7000, Connections, reads: false);
        Assert.Equal($"done {Connections} 0", await load.Run());
        await load.Finish();

        ulong all = await UntilQuiet(fast);
        Assert.InRange(all, (ulong)Connections * (ChangesOfAConnection - 1), ulong.MaxValue); // losses in the kernel are the whole host's
        slow.Continue();
        await Deadline.Until(
            "the slow client knows what it missed",
            () => slow.Delivered + slow.Lost >= all,
            evidence: () => $"slow: {slow.Delivered} delivered, {slow.Lost} lost; fast: {fast.Delivered} delivered, {fast.Lost} lost");
        Assert.Equal(fast.Delivered + fast.Lost, slow.Delivered + slow.Lost);
        Assert.InRange(slow.Lost, 1ul, ulong.MaxValue);
        Assert.True(fast.Lost < slow.Lost, $"fast lost {fast.Lost}, slow {slow.Lost}");
    }

    private sealed record LoadResult(ulong Lost, ulong OfLoad);

    private static async Task<LoadResult> RunLoad(Daemon daemon, bool reads, Func<Task> before, Func<Task> after)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using LoadGenerator load = await LoadGenerator.Start(netns, 7000, Connections, Kept, reads);
        ulong ofLoad = 0;
        await using TransitionJournal journal = await TransitionJournal.Start(daemon, keep: one =>
        {
            bool isListener = one.OldState == TcpState.Listen && one.NewState == TcpState.Close;
            ofLoad += one.Netns == netns.Inode && !isListener ? 1ul : 0;
            return false;
        });
        LossBalance balance = await LossBalance.Settled(daemon, journal);
        await before();
        string done = await load.Run();
        await after();
        Assert.Equal($"done {Connections} {Kept}", done);

        await balance.UntilKept();
        await UntilListAgreesWithSs(daemon, netns, Kept);
        LoadResult result = new(journal.Lost, ofLoad);
        await load.Finish();
        await UntilListAgreesWithSs(daemon, netns, 0);
        return result;
    }

    /// <summary>Waits until nothing more arrives, and returns what did or was announced as lost.</summary>
    private static async Task<ulong> UntilQuiet(TransitionJournal journal)
    {
        ulong before = ulong.MaxValue;
        await Deadline.Until("no change arrives any more", async () =>
        {
            (ulong last, before) = (before, journal.Delivered + journal.Lost);
            await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            return last == before ? "quiet" : null;
        });
        return before;
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
