// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using EndReason = Tracer.Attribution.EndReason;

namespace Tracer.Api.Tests.Fanout;

public class SocketBoardTests
{
    private readonly FakeFacts _facts = new();

    [Fact]
    public void Sockets_in_close_wait_are_there_until_they_exit_and_left_open_ones_until_they_are_released()
    {
        SocketBoard board = new(100, 100);
        Publish(board, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(2));
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(1));
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(2, EndReason.ResetByPeer, isLeftOpen: true));

        Assert.Empty(Cookies(board, includeLeftOpen: false));
        Assert.Equal([2ul], Cookies(board, includeLeftOpen: true));

        Publish(board, LedgerChangeKind.Released, TestSockets.Ended(2, EndReason.ResetByPeer));
        Assert.Empty(Cookies(board, includeLeftOpen: true));
    }

    [Fact]
    public void A_selection_is_sorted_by_age_and_stays_as_it_was()
    {
        SocketBoard board = new(100, 100);
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(1, enterKtimeNs: 30));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(2, enterKtimeNs: 10));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(3, enterKtimeNs: 20));
        using SocketSelection selection = board.Select(Everything(), includeLeftOpen: false);
        TrackedSocket newer = TestSockets.InCloseWait(2, enterKtimeNs: 10);
        newer.Last.Event.UnreadBytes = 5;
        Publish(board, LedgerChangeKind.Updated, newer);
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(3));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(4));

        Assert.Equal([2ul, 3ul, 1ul], selection.Sockets.Select(static change => change.Socket.Key.Cookie));
        Assert.Equal(0u, selection.Sockets[0].Socket.Last.Event.UnreadBytes);
        Assert.True(selection.Sockets[1].Socket.InCloseWait);
    }

    [Fact]
    public void With_nobody_reading_the_comings_and_goings_of_sockets_make_no_garbage()
    {
        SocketBoard board = new(1000, 100);
        void Cycle()
        {
            for (ulong cookie = 1; cookie <= 50; cookie++)
                Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(cookie));
            for (ulong cookie = 1; cookie <= 50; cookie++)
                Publish(board, LedgerChangeKind.Updated, TestSockets.InCloseWait(cookie));
            for (ulong cookie = 1; cookie <= 50; cookie++)
                Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(cookie));
        }
        TrackedSocket warm = TestSockets.InCloseWait(1);
        Cycle();

        // The sockets of the test itself are made of parsed text: only the board is measured.
        Assert.Equal(0, SteadyState.Allocated(() =>
        {
            board.Publish(LedgerChangeKind.Entered, in warm);
            board.Publish(LedgerChangeKind.Updated, in warm);
            board.Publish(LedgerChangeKind.Released, in warm);
        }));
    }

    [Fact]
    public void A_full_board_refuses_new_sockets_counts_them_and_still_hears_of_the_old_ones()
    {
        SocketBoard board = new(2, 100);
        for (ulong cookie = 1; cookie <= 5; cookie++)
            Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(cookie));
        Assert.Equal((2, 3ul), (board.ReadFigures().Sockets, board.ReadFigures().Refused));

        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(1));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(9));

        Assert.Equal([2ul, 9ul], Cookies(board, includeLeftOpen: false).Order());
    }

    [Fact]
    public void What_a_replay_does_not_tell_again_has_ended()
    {
        SocketBoard board = new(100, 100);
        TrackedSocket judged = TestSockets.InCloseWait(1);
        judged.Verdict = Attribution.Verdict.EofNotRead;
        Publish(board, LedgerChangeKind.Entered, judged);
        for (ulong cookie = 2; cookie <= 3; cookie++)
            Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(cookie));
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(3, isLeftOpen: true));
        using SocketSubscription subscription = board.Subscribe(Everything(), out _);

        board.BeginReplay();
        Publish(board, LedgerChangeKind.Existing, TestSockets.InCloseWait(2));
        board.EndReplay(77);

        Assert.Equal([2ul], Cookies(board, includeLeftOpen: true));
        List<SocketChange> changes = Drain(subscription);
        Assert.Equal([LedgerChangeKind.Updated, LedgerChangeKind.Exited, LedgerChangeKind.Released], changes.Select(static change => change.Kind));
        Assert.Equal((EndReason.Unknown, 77ul, false), (changes[1].Socket.End, changes[1].Socket.EndKtimeNs, changes[1].Socket.InCloseWait));
        Assert.Equal((Attribution.Verdict.None, Attribution.Verdict.EofNotRead), (changes[1].Socket.Verdict, changes[1].Socket.PreviousVerdict));
        Assert.Equal(3ul, changes[2].Socket.Key.Cookie);
    }

    [Fact]
    public void Each_change_is_noted_and_an_end_also_when_nobody_heard_it()
    {
        List<(LedgerChangeKind Kind, ulong Cookie, bool IsLeftOpen)> notes = [];
        SocketBoard board = new(100, 100, (kind, in socket) => notes.Add((kind, socket.Key.Cookie, socket.DescriptorLeftOpen)));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(1));
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(1));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(2));
        Publish(board, LedgerChangeKind.Released, TestSockets.Ended(2)); // its exit was lost on the way here
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(3));
        Publish(board, LedgerChangeKind.Existing, TestSockets.Ended(3, isLeftOpen: true)); // told again: its exit was lost too
        Publish(board, LedgerChangeKind.Released, TestSockets.Ended(3));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(4));
        board.BeginReplay();
        board.EndReplay(77);

        Assert.Equal(
            [
                (LedgerChangeKind.Entered, 1ul, false), (LedgerChangeKind.Exited, 1ul, false),
                (LedgerChangeKind.Entered, 2ul, false), (LedgerChangeKind.Exited, 2ul, true), (LedgerChangeKind.Released, 2ul, false),
                (LedgerChangeKind.Entered, 3ul, false), (LedgerChangeKind.Exited, 3ul, true), (LedgerChangeKind.Existing, 3ul, true), (LedgerChangeKind.Released, 3ul, false),
                (LedgerChangeKind.Entered, 4ul, false), (LedgerChangeKind.Exited, 4ul, false),
            ],
            notes);
    }

    [Fact]
    public void A_socket_whose_verdict_leaves_the_filter_is_told_of_to_its_end()
    {
        SocketBoard board = new(100, 100);
        SocketPredicate unread = Parse(new SocketFilter { Verdicts = { CloseWait.V1.Verdict.EofNotRead } });
        using SocketSubscription subscription = board.Subscribe(unread, out _);
        TrackedSocket socket = TestSockets.InCloseWait(1);
        socket.Verdict = Attribution.Verdict.NeverAccepted;
        Publish(board, LedgerChangeKind.Entered, socket);
        Assert.Empty(Drain(subscription));

        socket.Verdict = Attribution.Verdict.EofNotRead;
        Publish(board, LedgerChangeKind.Updated, socket);
        socket.Verdict = Attribution.Verdict.EofReadNotClosed;
        Publish(board, LedgerChangeKind.Updated, socket);
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(1));

        Assert.Equal(
            [Attribution.Verdict.EofNotRead, Attribution.Verdict.EofReadNotClosed, Attribution.Verdict.None],
            Drain(subscription).Select(static change => change.Socket.Verdict));
    }

    [Fact]
    public void A_socket_that_waits_to_grow_old_enough_must_have_the_verdict_by_then()
    {
        SocketBoard board = new(100, 100);
        _facts.Now = 2 * TestSockets.Second;
        SocketPredicate oldUnread = Parse(new SocketFilter { Verdicts = { CloseWait.V1.Verdict.EofNotRead }, MinAge = new Duration { Seconds = 3 } });
        using SocketSubscription subscription = board.Subscribe(oldUnread, out _);
        TrackedSocket socket = TestSockets.InCloseWait(1, enterKtimeNs: 2 * TestSockets.Second);
        socket.Verdict = Attribution.Verdict.EofNotRead;
        Publish(board, LedgerChangeKind.Entered, socket);
        socket.Verdict = Attribution.Verdict.EofReadNotClosed;
        Publish(board, LedgerChangeKind.Updated, socket);

        _facts.Now = 6 * TestSockets.Second;
        List<SocketChange> due = [];
        subscription.TakeDue(_facts.Now, due);

        Assert.Empty(due);
        Assert.Empty(Drain(subscription));
    }

    [Fact]
    public void The_census_counts_every_socket_by_its_verdict()
    {
        SocketBoard board = new(100, 100);
        TrackedSocket unread = TestSockets.InCloseWait(1);
        unread.Verdict = Attribution.Verdict.EofNotRead;
        TrackedSocket leftOpen = TestSockets.Ended(2, EndReason.ResetByPeer, isLeftOpen: true);
        leftOpen.Verdict = Attribution.Verdict.ResetButOpen;
        Publish(board, LedgerChangeKind.Entered, unread);
        Publish(board, LedgerChangeKind.Exited, leftOpen);

        SocketCensus census = board.Count();

        Assert.Equal((1ul, 1ul), (census.CloseWaits, census.LeftOpen));
        Assert.Equal(
            [(Attribution.Verdict.EofNotRead, 1ul), (Attribution.Verdict.ResetButOpen, 1ul)],
            census.Verdicts.Select(static verdict => (verdict.Key, verdict.Value)).Order());
    }

    [Fact]
    public void A_watcher_whose_queue_was_full_is_told_how_much_it_missed_and_how_things_are()
    {
        SocketBoard board = new(100, 3);
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(1));
        using SocketSubscription subscription = board.Subscribe(Everything(), out List<SocketChange> present);
        Assert.Equal([1ul], present.Select(static change => change.Socket.Key.Cookie));
        for (ulong cookie = 2; cookie <= 6; cookie++)
            Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(cookie));
        Assert.Null(subscription.TryRecover());

        Assert.Equal(3, Drain(subscription).Count);
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(2)); // between the loss and the recovery: counted, not queued
        Assert.False(subscription.TryTake(out _));
        SocketRecovery recovery = subscription.TryRecover()!;

        Assert.Equal((3ul, 3ul), (recovery.Lost, recovery.LostTotal));
        Assert.Equal([1ul, 3ul, 4ul, 5ul, 6ul], recovery.Present.Select(static change => change.Socket.Key.Cookie).Order());
        Assert.Null(subscription.TryRecover());
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(3));
        Assert.Equal(3ul, Assert.Single(Drain(subscription)).Socket.Key.Cookie);
    }

    [Fact]
    public async Task A_snapshot_is_followed_by_the_very_next_change_at_whatever_moment_it_is_taken()
    {
        SocketBoard board = new(100, 32);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Deadline.Token());
        Task publishing = Task.Run(() => PublishVersions(board, stop.Token), TestContext.Current.CancellationToken);
        await Deadline.UntilAsync("the socket is there", () => board.ReadFigures().Sockets == 1);
        Stopwatch watch = Stopwatch.StartNew();
        for (int round = 0; round < 20 || watch.Elapsed < TimeSpan.FromSeconds(2); round++)
        {
            using SocketSubscription subscription = board.Subscribe(Everything(), out List<SocketChange> present);
            bool isSlow = round % 10 == 0;
            if (isSlow)
                SpinWait.SpinUntil(() => subscription.Dropped > 0 || stop.IsCancellationRequested);
            AssertUnbroken(subscription, VersionOf(present), steps: isSlow ? 40 : 2, stop.Token);
        }
        Assert.False(stop.IsCancellationRequested, "out of time");
        await stop.CancelAsync();
        await publishing;
    }

    [Fact]
    public void A_socket_once_told_is_followed_to_its_end_though_it_no_longer_matches()
    {
        SocketBoard board = new(100, 100);
        using SocketSubscription subscription = board.Subscribe(Parse(new SocketFilter { Pids = { 7 } }), out _);
        TrackedSocket socket = TestSockets.InCloseWait(1);
        Publish(board, LedgerChangeKind.Entered, socket);
        Assert.Empty(Drain(subscription));

        socket.Holders = [TestSockets.Holder(7, 3, "php")];
        Publish(board, LedgerChangeKind.Updated, socket);
        socket.Holders = [TestSockets.Holder(8, 3, "php")];
        Publish(board, LedgerChangeKind.Updated, socket);
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(1, isLeftOpen: true));
        Publish(board, LedgerChangeKind.Released, TestSockets.Ended(1));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(1));

        Assert.Equal(
            [LedgerChangeKind.Updated, LedgerChangeKind.Updated, LedgerChangeKind.Exited, LedgerChangeKind.Released],
            Drain(subscription).Select(static change => change.Kind));
    }

    [Fact]
    public void A_socket_that_grows_old_enough_is_told_when_it_does()
    {
        SocketBoard board = new(100, 100);
        _facts.Now = 2 * TestSockets.Second;
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(1, enterKtimeNs: 2 * TestSockets.Second));
        using SocketSubscription subscription = board.Subscribe(OlderThan(3), out List<SocketChange> present);
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(2, enterKtimeNs: 2 * TestSockets.Second));
        Publish(board, LedgerChangeKind.Entered, TestSockets.InCloseWait(3, enterKtimeNs: 3 * TestSockets.Second));
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(2));
        Assert.Empty(present);
        Assert.Empty(Drain(subscription));

        List<SocketChange> due = [];
        Assert.Equal(5 * TestSockets.Second, subscription.TakeDue(_facts.Now, due));
        Assert.Empty(due);
        _facts.Now = 5 * TestSockets.Second;
        Assert.Equal(6 * TestSockets.Second, subscription.TakeDue(_facts.Now, due));
        Assert.Equal(1ul, Assert.Single(due).Socket.Key.Cookie);

        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(1));
        Publish(board, LedgerChangeKind.Exited, TestSockets.Ended(3));
        Assert.Equal(1ul, Assert.Single(Drain(subscription)).Socket.Key.Cookie);
        _facts.Now = 60 * TestSockets.Second;
        due.Clear();
        Assert.Null(subscription.TakeDue(_facts.Now, due));
        Assert.Empty(due);
    }

    [Fact]
    public void Sockets_that_never_grow_old_enough_leave_nothing_behind()
    {
        FollowedSockets followed = new(OlderThan(86_400));
        for (ulong cookie = 1; cookie <= 10_000; cookie++)
        {
            Assert.False(followed.Owes(new SocketChange { Kind = LedgerChangeKind.Entered, Socket = TestSockets.InCloseWait(cookie) }));
            Assert.False(followed.Owes(new SocketChange { Kind = LedgerChangeKind.Exited, Socket = TestSockets.Ended(cookie) }));
        }
        Assert.InRange(followed.Backlog, 0, 100);
    }

    private static void Publish(SocketBoard board, LedgerChangeKind kind, TrackedSocket socket) => board.Publish(kind, in socket);

    private static void PublishVersions(SocketBoard board, CancellationToken cancellationToken)
    {
        TrackedSocket socket = TestSockets.InCloseWait(1);
        while (!cancellationToken.IsCancellationRequested)
        {
            socket.Last.Event.BytesReceived++;
            board.Publish(LedgerChangeKind.Updated, in socket);
        }
    }

    private static void AssertUnbroken(SocketSubscription subscription, ulong version, int steps, CancellationToken cancellationToken)
    {
        while (steps > 0 && !cancellationToken.IsCancellationRequested)
        {
            steps--;
            if (subscription.TryTake(out SocketChange? change))
            {
                Assert.Equal(++version, change.Socket.Last.Event.BytesReceived);
            }
            else if (subscription.TryRecover() is { } recovery)
            {
                version += recovery.Lost;
                Assert.Equal(version, VersionOf(recovery.Present));
            }
            else
            {
                steps++;
                Thread.Yield();
            }
        }
    }

    private static ulong VersionOf(List<SocketChange> present) => Assert.Single(present).Socket.Last.Event.BytesReceived;

    private static List<SocketChange> Drain(SocketSubscription subscription)
    {
        List<SocketChange> changes = [];
        while (subscription.TryTake(out SocketChange? change))
            changes.Add(change);
        return changes;
    }

    private SocketPredicate Everything() => FilterParser.ParseSockets(null, _facts);

    private SocketPredicate OlderThan(long seconds) => Parse(new SocketFilter { MinAge = new Duration { Seconds = seconds } });

    private SocketPredicate Parse(SocketFilter filter) => FilterParser.ParseSockets(filter, _facts);

    private List<ulong> Cookies(SocketBoard board, bool includeLeftOpen)
    {
        using SocketSelection selection = board.Select(Everything(), includeLeftOpen);
        return [.. selection.Sockets.Select(static change => change.Socket.Key.Cookie)];
    }
}
