// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Api.Tests.Given;
using Tracer.Attribution;
using Tracer.Wire;
using Xunit;
using Place = CloseWait.V1.EventsLost.Types.Place;

namespace Tracer.Api.Tests.Streams;

public class SlowClientTests
{
    [Fact]
    public async Task A_client_that_stops_reading_loses_visibly_and_slows_nobody()
    {
        await using ApiHost host = await ApiHost.StartAsync(new EventHubOptions { TransitionQueueEvents = 2048 });
        WatchTransitionsRequest request = new() { Filter = new SocketFilter { LocalPorts = { 80 } } };
        using var slow = host.Client.WatchTransitions(request, cancellationToken: Deadline.Token());
        using var fast = host.NewClient().WatchTransitions(request, cancellationToken: Deadline.Token());
        await StartedAsync(slow);
        await StartedAsync(fast);
        TransitionTally fastTally = new();
        TransitionTally slowTally = new();
        TcpEvent[] events = TestSockets.Transitions(1, 512);
        events[7].LocalPort = 81; // asked for by nobody: to be counted by nobody
        const ulong Matching = 511;
        ulong published = 0;

        // More than all buffers on the way can hold: the slow client's queue must overflow.
        while (host.Hub.ReadBounds().Single(static bound => bound.Name == "subscriber_transitions").Refused < 20_000)
        {
            host.Hub.PublishTransitions(events);
            published += Matching;
            while (fastTally.Delivered < published)
                await fastTally.ReadAsync(fast);
        }
        while (slowTally.Delivered + slowTally.Lost < published)
            await slowTally.ReadAsync(slow);

        Assert.Equal((published, 0ul), (fastTally.Delivered, fastTally.Lost));
        Assert.Equal(published, slowTally.Delivered + slowTally.Lost);
        Assert.True(slowTally.Lost >= 20_000);
        Assert.True(slowTally.Delivered > 2048, "what had been queued was still delivered");

        // It reads again, so nothing more is lost.
        host.Hub.PublishTransitions(events);
        ulong lost = slowTally.Lost;
        while (slowTally.Delivered + slowTally.Lost < published + Matching)
            await slowTally.ReadAsync(slow);
        Assert.Equal(lost, slowTally.Lost);
    }

    [Fact]
    public async Task A_watcher_of_sockets_that_stops_reading_has_its_view_repaired()
    {
        await using ApiHost host = await ApiHost.StartAsync(new EventHubOptions { ChangeQueueLength = 64 });
        using var call = host.Client.WatchCloseWaits(new WatchCloseWaitsRequest(), cancellationToken: Deadline.Token());
        CloseWaitView view = new();
        while (view.Snapshots == 0)
            await ReadAsync(call, view);
        ulong version = 0;
        ulong produced = 0;
        while (host.Hub.ReadBounds().Single(static bound => bound.Name == "subscriber_changes").Refused < 5000)
        {
            for (ulong cookie = 1; cookie <= 100; cookie++)
            {
                Publish(host, cookie, ++version, isEnd: false);
                produced++;
            }
        }
        // These would be ghosts if the loss were not repaired.
        for (ulong cookie = 1; cookie <= 50; cookie++)
        {
            Publish(host, cookie, ++version, isEnd: true);
            produced++;
        }

        while (view.Delivered + view.Lost < produced || view.Snapshots != (ulong)view.Losses.Count + 1)
            await ReadAsync(call, view);

        Assert.Equal(produced, view.Delivered + view.Lost);
        Assert.True(view.Lost >= 5000);
        Assert.Equal(Enumerable.Range(51, 50).Select(static i => (ulong)i), view.Sockets.Keys.Order());
    }

    private static void Publish(ApiHost host, ulong cookie, ulong version, bool isEnd)
    {
        TrackedSocket socket = isEnd ? TestSockets.Ended(cookie) : TestSockets.InCloseWait(cookie);
        socket.Last.Event.BytesReceived = version;
        host.Hub.PublishSocket(isEnd ? LedgerChangeKind.Exited : LedgerChangeKind.Updated, in socket);
    }

    private static async Task ReadAsync(AsyncServerStreamingCall<WatchCloseWaitsResponse> call, CloseWaitView view)
    {
        Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
        view.Take(call.ResponseStream.Current);
    }

    private static async Task StartedAsync(AsyncServerStreamingCall<WatchTransitionsResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
        Assert.NotNull(call.ResponseStream.Current.Started);
    }

    private sealed class TransitionTally
    {
        private ulong _sequence = 1;

        public ulong Delivered { get; private set; }

        public ulong Lost { get; private set; }

        public async Task ReadAsync(AsyncServerStreamingCall<WatchTransitionsResponse> call)
        {
            Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
            WatchTransitionsResponse response = call.ResponseStream.Current;
            Assert.Equal(++_sequence, response.Sequence);
            if (response.Transitions is { } batch)
            {
                Assert.InRange(batch.Transitions.Count, 1, 256);
                Delivered += (ulong)batch.Transitions.Count;
            }
            if (response.Lost is { } lost)
            {
                Assert.Equal(Place.Subscriber, lost.Place);
                Lost += lost.Count;
                Assert.Equal(Lost, lost.Total);
            }
        }
    }
}
