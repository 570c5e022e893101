// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using Item = CloseWait.V1.WatchFindingsResponse.ItemOneofCase;
using Kind = CloseWait.V1.FindingChange.Types.Kind;
using Place = CloseWait.V1.EventsLost.Types.Place;

namespace Tracer.Api.Tests.Streams;

public class FindingStreamTests
{
    private static readonly Duration Often = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.2));
    private static readonly Duration Seldom = Duration.FromTimeSpan(TimeSpan.FromHours(1));

    [Fact]
    public async Task A_watcher_gets_the_findings_a_marker_and_then_what_comes_changes_and_goes()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7);
        using var call = Watch(host, new WatchFindingsRequest { Period = Often });
        FindingView view = new(call);
        await view.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        Assert.Equal([Item.Findings, Item.SnapshotDone], view.Messages.Select(static message => message.ItemCase));
        Assert.Equal(3ul, Assert.Single(view.Findings.Values).Sockets);
        Assert.Equal(3ul, view.Summary!.CloseWaits);

        StuckSockets.Publish(host, 11, 2, pid: 8);
        await view.ReadUntilAsync(_ => view.Findings.Count == 2);
        StuckSockets.Publish(host, 21, 2, pid: 7);
        await view.ReadUntilAsync(_ => view.Findings.Values.Any(static finding => finding.Sockets == 5));
        for (ulong cookie = 11; cookie <= 12; cookie++)
            Publish(host, LedgerChangeKind.Exited, TestSockets.Ended(cookie));
        await view.ReadUntilAsync(_ => view.Findings.Count == 1);

        Assert.Equal([Kind.Existing, Kind.Appeared, Kind.Changed, Kind.Gone], view.Kinds);
        Assert.Equal(5ul, view.Summary.CloseWaits);
    }

    [Fact]
    public async Task While_nothing_changes_only_heartbeats_come()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7);
        using var call = Watch(host, new WatchFindingsRequest { Period = Often, HeartbeatPeriod = Often });
        FindingView view = new(call);
        await view.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        for (int i = 0; i < 5; i++)
            Assert.Equal(Item.Heartbeat, (await view.ReadAsync()).ItemCase);
    }

    [Fact]
    public async Task A_host_without_findings_says_so_and_tells_what_it_counts()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var call = Watch(host, new WatchFindingsRequest { Period = Often });
        FindingView view = new(call);
        await view.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        Assert.Empty(view.Findings);
        Assert.Equal(0ul, view.Summary!.CloseWaits);

        host.Facts.KernelCounters = [new KernelCounterValue("TcpExt.ListenOverflows", 7, 7)];
        WatchFindingsResponse news = await view.ReadAsync();

        Assert.Empty(news.Findings.Changes);
        Assert.Equal(7ul, Assert.Single(news.Findings.Summary.Kernel).Value);
    }

    [Fact]
    public async Task Filter_age_and_harmlessness_are_as_in_a_list()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StuckSockets.Publish(host, 1, 3, pid: 7);
        StuckSockets.Publish(host, 11, 2, pid: 8, Attribution.Verdict.HalfCloseInUse, enterKtimeNs: host.Facts.Now - (TestSockets.Second / 2));
        WatchFindingsRequest request = new() { Filter = new SocketFilter { Pids = { 8 } }, IncludeHarmless = true, MinAge = Often };

        using var call = Watch(host, request);
        FindingView view = new(call);
        await view.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);

        Assert.Equal(2ul, Assert.Single(view.Findings.Values).Sockets);
    }

    [Fact]
    public async Task Many_findings_come_in_pages()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        for (uint pid = 1; pid <= 600; pid++)
            StuckSockets.Publish(host, pid, 1, pid);
        using var call = Watch(host, new WatchFindingsRequest());
        FindingView view = new(call);
        await view.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);

        Assert.Equal(600, view.Findings.Count);
        Assert.Equal([256, 256, 88], view.Messages.SkipLast(1).Select(static message => message.Findings.Changes.Count));
        Assert.Equal([true, false, false], view.Messages.SkipLast(1).Select(static message => message.Findings.Summary is not null));
    }

    [Fact]
    public async Task A_loss_before_the_hub_is_announced_at_once_though_the_next_look_is_far()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Hub.PublishLoss(LossPlace.Kernel, 5);
        using var call = Watch(host, new WatchFindingsRequest { Period = Seldom, HeartbeatPeriod = Seldom });
        FindingView view = new(call);
        await view.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        EventsLost history = (await view.ReadAsync()).Lost;
        Assert.Equal((0ul, 5ul, Place.Kernel), (history.Count, history.Total, history.Place));

        host.Hub.PublishLoss(LossPlace.Queue, 3);

        EventsLost lost = (await view.ReadAsync()).Lost;
        Assert.Equal((3ul, 3ul, Place.Queue), (lost.Count, lost.Total, lost.Place));
    }

    [Fact]
    public async Task Each_watcher_is_looked_for_at_its_own_period_and_nobody_when_nobody_watches()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Assert.Equal(0, host.Facts.CounterReads);
        Stopwatch watch = Stopwatch.StartNew();
        using (var often = Watch(host, new WatchFindingsRequest { Period = Often }))
        using (var seldom = Watch(host, new WatchFindingsRequest { Period = Seldom }))
        {
            await Deadline.UntilAsync("six looks", () => host.Facts.CounterReads >= 6);
            Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(0.2 * 4), "one at the begin of each stream, then no more than one each period");
        }
        await Deadline.UntilAsync("both have ended", () =>
            host.Client.GetStatus(new GetStatusRequest(), cancellationToken: Deadline.Token()).Bounds.Single(static bound => bound.Name == "streams").Used == 0);
        int reads = host.Facts.CounterReads;
        await Task.Delay(TimeSpan.FromSeconds(0.5), TestContext.Current.CancellationToken);
        Assert.Equal(reads, host.Facts.CounterReads);
    }

    [Fact]
    public async Task A_client_that_stops_reading_is_behind_holds_up_nobody_and_finds_the_present_when_it_reads_again()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var slow = Watch(host, new WatchFindingsRequest { Period = Often });
        using var fast = host.NewClient().WatchFindings(new WatchFindingsRequest { Period = Often }, cancellationToken: Deadline.Token());
        FindingView slowView = new(slow);
        FindingView fastView = new(fast);
        await slowView.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        await fastView.ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        // Every look has so much to tell that a client that does not read it has its buffers full at once.
        ulong cookie = 0;
        for (int round = 1; round <= 8; round++)
        {
            for (uint pid = 1; pid <= 300; pid++)
                StuckSockets.Publish(host, ++cookie, 1, pid);
            ulong expected = (ulong)round;
            await fastView.ReadUntilAsync(_ => fastView.Findings.Count == 300 && fastView.Findings.Values.All(finding => finding.Sockets == expected));
        }

        await slowView.ReadUntilAsync(_ => slowView.Findings.Count == 300 && slowView.Findings.Values.All(static finding => finding.Sockets == 8));

        Assert.True(
            slowView.Messages.Count < fastView.Messages.Count, $"it was told {slowView.Messages.Count} times, the other {fastView.Messages.Count} times");
        Assert.DoesNotContain(slowView.Messages, static message => message.ItemCase == Item.Lost);
    }

    [Fact]
    public async Task Stopping_ends_a_stream_at_once_and_says_why()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var call = Watch(host, new WatchFindingsRequest { Period = Seldom, HeartbeatPeriod = Seldom });
        await new FindingView(call).ReadUntilAsync(static message => message.ItemCase == Item.SnapshotDone);
        Task stopping = host.App.StopAsync(TestContext.Current.CancellationToken);
        RpcException end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Deadline.Token()));
        await stopping;
        Assert.Equal((StatusCode.Unavailable, "the daemon is stopping"), (end.StatusCode, end.Status.Detail));
        Assert.Empty(host.Errors.Lines);
    }

    private static AsyncServerStreamingCall<WatchFindingsResponse> Watch(ApiHost host, WatchFindingsRequest request) =>
        host.Client.WatchFindings(request, cancellationToken: Deadline.Token());

    private static void Publish(ApiHost host, LedgerChangeKind kind, TrackedSocket socket) => host.Hub.PublishSocket(kind, in socket);
}
