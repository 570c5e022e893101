// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Xunit;
using Item = CloseWait.V1.WatchCloseWaitsResponse.ItemOneofCase;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;
using Place = CloseWait.V1.EventsLost.Types.Place;

namespace Tracer.Api.Tests.Streams;

public class CloseWaitStreamTests
{
    [Fact]
    public async Task A_watcher_gets_what_is_there_a_marker_and_then_every_change()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));
        Publish(host, LedgerChangeKind.Exited, TestSockets.Ended(2, isLeftOpen: true));
        using var call = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());

        WatchCloseWaitsResponse snapshot = await NextAsync(call);
        WatchCloseWaitsResponse marker = await NextAsync(call);
        Publish(host, LedgerChangeKind.Exited, TestSockets.Ended(1));
        WatchCloseWaitsResponse change = await NextAsync(call);

        Assert.Equal((Kind.Existing, 1ul), (Assert.Single(snapshot.Changes.Changes).Kind, snapshot.Changes.Changes[0].Socket.Cookie));
        Assert.Equal(1ul, marker.SnapshotDone.Sockets);
        Assert.Equal((Kind.Exited, 1ul), (Assert.Single(change.Changes.Changes).Kind, change.Changes.Changes[0].Socket.Cookie));
        Assert.Equal([1ul, 2ul, 3ul], [snapshot.Sequence, marker.Sequence, change.Sequence]);
    }

    [Fact]
    public async Task Without_a_snapshot_only_changes_come()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(1));
        WatchCloseWaitsRequest request = new() { SkipSnapshot = true, HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.1)) };
        using var call = host.Client.WatchCloseWaits(request, cancellationToken: Deadline.Token());
        Assert.Equal(Item.Heartbeat, (await NextAsync(call)).ItemCase); // it watches by now

        Publish(host, LedgerChangeKind.Entered, TestSockets.InCloseWait(2));

        WatchCloseWaitsResponse response = await NextAsync(call);
        while (response.ItemCase == Item.Heartbeat)
            response = await NextAsync(call);
        Assert.Equal((Kind.Entered, 2ul), (Assert.Single(response.Changes.Changes).Kind, response.Changes.Changes[0].Socket.Cookie));
    }

    [Fact]
    public async Task A_large_snapshot_comes_in_pages()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        for (ulong cookie = 1; cookie <= 600; cookie++)
            Publish(host, LedgerChangeKind.Existing, TestSockets.InCloseWait(cookie));
        using var call = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());

        List<int> pages = [];
        WatchCloseWaitsResponse response;
        while ((response = await NextAsync(call)).ItemCase == Item.Changes)
            pages.Add(response.Changes.Changes.Count);

        Assert.Equal([256, 256, 88], pages);
        Assert.Equal(600ul, response.SnapshotDone.Sockets);
    }

    [Fact]
    public async Task Large_records_make_small_pages()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        StackFrame frame = new(new string('f', 200), new string('m', 200), 1, 2, new string('b', 40), "", 0);
        host.Facts.Stacks[9] = new StackReport(9, 1, [.. Enumerable.Repeat(frame, 127)], false, true);
        for (ulong cookie = 1; cookie <= 300; cookie++)
        {
            TrackedSocket socket = TestSockets.InCloseWait(cookie);
            socket.Last.Record.LastRead = WireValues.Actor(1, "java", 1, stackId: 9);
            Publish(host, LedgerChangeKind.Existing, socket);
        }
        // A client refuses messages beyond 4 MiB unless told otherwise: this one was not.
        using var call = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        int sockets = 0;
        WatchCloseWaitsResponse response;
        while ((response = await NextAsync(call)).ItemCase == Item.Changes)
            sockets += response.Changes.Changes.Count;
        Assert.Equal(300, sockets);

        using var list = host.Client.ListCloseWaits(new ListCloseWaitsRequest(), cancellationToken: Deadline.Token());
        int listed = 0;
        await foreach (ListCloseWaitsResponse page in list.ResponseStream.ReadAllAsync(Deadline.Token()))
            listed += page.Sockets.Count;
        Assert.Equal(300, listed);
    }

    [Fact]
    public async Task A_quiet_stream_has_heartbeats()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        WatchCloseWaitsRequest request = new() { HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.1)) };
        using var call = host.Client.WatchCloseWaits(request, cancellationToken: Deadline.Token());
        Assert.Equal(Item.SnapshotDone, (await NextAsync(call)).ItemCase);
        for (ulong sequence = 2; sequence <= 4; sequence++)
        {
            WatchCloseWaitsResponse response = await NextAsync(call);
            Assert.Equal((Item.Heartbeat, sequence), (response.ItemCase, response.Sequence));
            Assert.NotNull(response.Heartbeat.Time);
        }
    }

    [Fact]
    public async Task A_socket_is_announced_when_it_has_the_age_that_was_asked_for()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.Now = 2 * TestSockets.Second;
        Publish(host, LedgerChangeKind.Entered, TestSockets.InCloseWait(1, enterKtimeNs: 2 * TestSockets.Second));
        WatchCloseWaitsRequest request = new()
        {
            Filter = new SocketFilter { MinAge = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.05)) },
            HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
        };
        using var call = host.Client.WatchCloseWaits(request, cancellationToken: Deadline.Token());
        Assert.Equal(0ul, (await NextAsync(call)).SnapshotDone.Sockets);

        // No change is published: the stream has to wake by itself.
        host.Facts.Now = 3 * TestSockets.Second;

        CloseWaitChange change = Assert.Single((await NextAsync(call)).Changes.Changes);
        Assert.Equal((Kind.Aged, 1ul), (change.Kind, change.Socket.Cookie));
    }

    [Fact]
    public async Task Losses_before_the_hub_reach_the_streams_and_older_ones_are_told_with_a_count_of_zero()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Hub.PublishLoss(LossPlace.Kernel, 5);
        using var call = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        using var other = host.Client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: Deadline.Token());
        Assert.Equal(Item.SnapshotDone, (await NextAsync(call)).ItemCase);
        Assert.Equal(Lost(Place.Kernel, 0, 5), (await NextAsync(call)).Lost);
        Assert.True(await other.ResponseStream.MoveNext(Deadline.Token()));
        Assert.NotNull(other.ResponseStream.Current.Started);
        Assert.True(await other.ResponseStream.MoveNext(Deadline.Token()));
        Assert.Equal(Lost(Place.Kernel, 0, 5), other.ResponseStream.Current.Lost);

        host.Hub.PublishLoss(LossPlace.Kernel, 7);
        Assert.Equal(Lost(Place.Kernel, 2, 7), (await NextAsync(call)).Lost);
        host.Hub.PublishLoss(LossPlace.Kernel, 7); // no news
        host.Hub.PublishLoss(LossPlace.Queue, 3);
        Assert.Equal(Lost(Place.Queue, 3, 3), (await NextAsync(call)).Lost);

        Assert.True(await other.ResponseStream.MoveNext(Deadline.Token()));
        Assert.Equal(Lost(Place.Kernel, 2, 7), other.ResponseStream.Current.Lost);
    }

    private static EventsLost Lost(Place place, ulong count, ulong total) => new() { Place = place, Count = count, Total = total };

    private static void Publish(ApiHost host, LedgerChangeKind kind, TrackedSocket socket) => host.Hub.PublishSocket(kind, in socket);

    private static async Task<WatchCloseWaitsResponse> NextAsync(AsyncServerStreamingCall<WatchCloseWaitsResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
        return call.ResponseStream.Current;
    }
}
