// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>Whatever the order in which ring and scans are heard, the books end up right. Seeds are fixed: a failure repeats.</summary>
public sealed class RaceTests
{
    private const int Worlds = 150;
    private const int Steps = 400;

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(20, true)]
    [InlineData(20, false)]
    public void Every_interleaving_ends_in_the_kernels_truth(int lossPercent, bool hasReleaseHook)
    {
        for (int seed = 0; seed < Worlds; seed++)
        {
            Story story = new();
            RaceKernel kernel = Play(story, seed, lossPercent, hasReleaseHook);
            CheckBooks(story, kernel, seed);
            CheckTelling(story, seed);
            CheckVerdicts(story, seed);
            if (!kernel.HasLost)
                CheckEnds(story, kernel, seed);
        }
    }

    [Fact]
    public void A_world_has_all_kinds_of_changes()
    {
        Story story = new();
        RaceKernel kernel = Play(story, seed: 1, lossPercent: 20, hasReleaseHook: true);
        Assert.Equal(Enum.GetValues<LedgerChangeKind>(), story.Kinds.Distinct().Order());
        Assert.True(kernel.HasLost);
        Assert.NotEqual(0UL, story.Ledger.Counters.EntriesFoundByScan);
        Assert.NotEqual(0UL, story.Ledger.Counters.ExitsFoundByScan);
    }

    private static RaceKernel Play(Story story, int seed, int lossPercent, bool hasReleaseHook)
    {
        Random random = new(seed);
        RaceKernel kernel = new(random, lossPercent, hasReleaseHook);
        RaceScanner scanner = new(kernel, story);
        for (int step = 0; step < Steps / 10; step++)
            kernel.Step();
        kernel.IsTraced = true;
        for (int step = 0; step < Steps; step++)
            PlayOne(random, kernel, scanner, story);
        if (scanner.IsOpen)
            scanner.Complete();
        // At rest: what a scan begun in the turmoil could not tell, the next ones do.
        for (int scan = 0; scan < 3; scan++)
        {
            kernel.Rest();
            story.Ledger.Tick(kernel.Now);
            scanner.Begin(ScanScope.SocketsAndHolders);
            scanner.Complete();
        }
        return kernel;
    }

    private static void PlayOne(Random random, RaceKernel kernel, RaceScanner scanner, Story story)
    {
        switch (random.Next(12))
        {
            case < 4:
                kernel.Step();
                break;
            case < 7 when kernel.HasEvents:
                kernel.Deliver(story);
                break;
            case < 10 when scanner.IsOpen:
                scanner.ReadOne();
                if (random.Next(2) == 0)
                    scanner.DeliverOne();
                break;
            case 10 when !scanner.IsOpen:
                scanner.Begin(random.Next(3) == 0 ? ScanScope.Sockets : ScanScope.SocketsAndHolders);
                break;
            case 10 when random.Next(4) == 0:
                scanner.Abandon();
                break;
            case 11 when scanner.IsOpen && random.Next(4) == 0:
                scanner.Complete();
                break;
            default:
                story.Ledger.Tick(kernel.Now);
                break;
        }
    }

    private static void CheckBooks(Story story, RaceKernel kernel, int seed)
    {
        RaceKernel.Socket[] waiting = [.. kernel.Sockets.Where(socket => socket.State == TcpState.CloseWait)];
        Assert.Equal(
            waiting.Select(socket => Describe(seed, socket)).Order(),
            story.Books.Values.Where(socket => socket.InCloseWait).Select(socket => Describe(seed, in socket)).Order());

        Dictionary<SocketKey, RaceKernel.Socket> open = kernel.Sockets.Where(socket => socket.State == TcpState.Close).ToDictionary(socket => socket.Conn.Key);
        TrackedSocket[] leftOpen = [.. story.Books.Values.Where(socket => !socket.InCloseWait)];
        Assert.All(leftOpen, socket => Assert.True(open.ContainsKey(socket.Key), $"seed {seed}: {socket.Key} has no descriptor any more"));
        Assert.All(leftOpen, socket => Assert.Equal(open[socket.Key].Holders.Select(holder => holder.Process.Holding(holder.Fd)).ToHashSet(), socket.Holders.ToHashSet()));
        // A socket whose end was lost, or came before the tracer, may never have been heard of.
        if (!kernel.HasLost)
            Assert.Equal(open.Keys.Except(kernel.Untold).ToHashSet(), leftOpen.Select(socket => socket.Key).ToHashSet());
        Assert.Equal(story.Books.Count, story.Ledger.Count);
        Assert.Equal((ulong)waiting.Length, story.Ledger.Counters.Tracked);
        Assert.Equal((ulong)leftOpen.Length, story.Ledger.Counters.LeftOpen);
    }

    private static string Describe(int seed, RaceKernel.Socket socket) => Describe(
        seed, socket.Conn.Key, socket.Conn.State.Record.CloseWaitKtimeNs, socket.Conn.State.Event.UnreadBytes, socket.IsInQueue,
        socket.Holders.Select(holder => holder.Process.Holding(holder.Fd)));

    private static string Describe(int seed, in TrackedSocket socket) => Describe(
        seed, socket.Key, socket.AgeIsLowerBound ? 0 : socket.EnterKtimeNs, socket.Last.Event.UnreadBytes, socket.InAcceptQueue, socket.Holders);

    private static string Describe(int seed, SocketKey key, ulong entered, uint unread, bool isInQueue, IEnumerable<DescriptorHolder> holders)
    {
        string held = string.Join(' ', holders.Select(holder => $"{holder.Process.Pid}.{holder.Process.StartBoottimeNs}:{holder.Fd}").Order());
        return $"seed {seed}: {key.Cookie} since {entered}, unread {unread}, queued {isInQueue}, held by {held}";
    }

    // No change of an unknown socket, nothing after its last word, one end at most.
    private static void CheckTelling(Story story, int seed)
    {
        foreach (IGrouping<SocketKey, Told> life in story.Told.GroupBy(told => told.Socket.Key))
        {
            LedgerChangeKind[] kinds = [.. life.Select(told => told.Kind)];
            string text = $"seed {seed}: {life.Key.Cookie}: {string.Join(' ', kinds)}";
            Assert.True(kinds[0] is LedgerChangeKind.Existing or LedgerChangeKind.Entered or LedgerChangeKind.Exited, text);
            Assert.DoesNotContain(kinds[1..], kind => kind is LedgerChangeKind.Existing or LedgerChangeKind.Entered);
            Assert.True(kinds.Count(kind => kind == LedgerChangeKind.Exited) <= 1, text);
            int last = Array.FindIndex(kinds, kind => kind == LedgerChangeKind.Released);
            if (last < 0)
                last = life.TakeWhile(told => told.Kind != LedgerChangeKind.Exited || told.Socket.DescriptorLeftOpen).Count();
            Assert.True(last >= kinds.Length - 1, text);
        }
    }

    // What was told last is what the facts bear now, and each change names the verdict before it.
    private static void CheckVerdicts(Story story, int seed)
    {
        foreach (TrackedSocket socket in story.Books.Values)
            Assert.True(VerdictRules.Judge(in socket, story.Now) == socket.Verdict, $"seed {seed}: {socket.Key.Cookie} is told as {socket.Verdict}");
        foreach (IGrouping<SocketKey, Told> life in story.Told.GroupBy(told => told.Socket.Key))
        {
            Verdict before = Verdict.None;
            Verdict now = Verdict.None;
            foreach (Told told in life)
            {
                if (told.Socket.Verdict != now)
                    (before, now) = (now, told.Socket.Verdict);
                Assert.True(told.Socket.PreviousVerdict == before, $"seed {seed}: {life.Key.Cookie} was {before}, told as {told.Socket.PreviousVerdict}");
                Assert.Equal(told.Socket.InCloseWait || told.Socket.DescriptorLeftOpen, told.Socket.Verdict != Verdict.None);
            }
        }
    }

    private static void CheckEnds(Story story, RaceKernel kernel, int seed)
    {
        Dictionary<SocketKey, EndReason> told = story.Told.Where(told => told.Kind == LedgerChangeKind.Exited)
            .ToDictionary(told => told.Socket.Key, told => told.Socket.End);
        Assert.Equal(
            kernel.Ends.Select(end => $"seed {seed}: {end.Key.Cookie} {end.Value}").Order(),
            told.Select(end => $"seed {seed}: {end.Key.Cookie} {end.Value}").Order());
        Assert.Equal(0UL, story.Ledger.Counters.ExitsFoundByScan);
        Assert.Equal(0UL, story.Ledger.Counters.EntriesFoundByScan);
    }
}
