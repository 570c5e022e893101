// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Tracer.Api.Filters;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;
using Item = CloseWait.V1.WatchTransitionsResponse.ItemOneofCase;
using TcpState = Tracer.Wire.TcpState;

namespace Tracer.Api.Tests.Streams;

public class TransitionStreamTests
{
    [Fact]
    public async Task Started_comes_first_and_only_when_the_daemon_knows_what_is_wanted()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        IReadOnlyList<TransitionInterest> wanted = [];
        host.Hub.InterestChanged += interests => Volatile.Write(ref wanted, interests);
        WatchTransitionsRequest request = new() { Filter = new SocketFilter { States = { CloseWait.V1.TcpState.CloseWait } } };
        using var call = host.Client.WatchTransitions(request, cancellationToken: Deadline.Token());

        WatchTransitionsResponse first = await NextAsync(call);

        Assert.Equal((Item.Started, 1ul), (first.ItemCase, first.Sequence));
        Assert.Equal(1u << 8, Assert.Single(Volatile.Read(ref wanted)).StateMask);
        call.Dispose();
        await Deadline.UntilAsync("the interest is withdrawn", () => Volatile.Read(ref wanted).Count == 0);
    }

    [Fact]
    public async Task Matching_changes_are_delivered_in_order_in_batches()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        WatchTransitionsRequest request = new() { Filter = new SocketFilter { States = { CloseWait.V1.TcpState.LastAck } } };
        using var call = host.Client.WatchTransitions(request, cancellationToken: Deadline.Token());
        await NextAsync(call);
        TcpEvent[] events =
            [.. Enumerable.Range(0, 2000).Select(i => TestSockets.Transition((ulong)i, TcpState.CloseWait, i % 2 == 0 ? TcpState.LastAck : TcpState.Close))];
        host.Hub.PublishTransitions(events);

        List<ulong> cookies = [];
        int messages = 0;
        while (cookies.Count < 1000)
        {
            WatchTransitionsResponse response = await NextAsync(call);
            Assert.Equal(Item.Transitions, response.ItemCase);
            Assert.InRange(response.Transitions.Transitions.Count, 1, 256);
            cookies.AddRange(response.Transitions.Transitions.Select(static transition => transition.Cookie));
            messages++;
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => (ulong)(2 * i)), cookies);
        Assert.InRange(messages, 4, 16);
    }

    [Fact]
    public async Task Watchers_with_different_filters_share_the_bytes_and_get_what_is_theirs()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Facts.AddProcess(7, "nginx", "/usr/sbin/nginx");
        TcpEvent[] events =
            [.. Enumerable.Range(0, 2000).Select(static i => TestSockets.Transition((ulong)i, TcpState.CloseWait, i % 2 == 0 ? TcpState.LastAck : TcpState.Close))];
        for (int i = 0; i < events.Length; i++)
        {
            events[i].LocalPort = (ushort)(80 + (i % 3));
            (events[i].Owner, events[i].OwnerSource) = (WireValues.Actor(7, "nginx", ktimeNs: 500), TcpOwnerSource.Task);
        }
        SocketFilter[] filters =
        [
            new(), new() { LocalPorts = { 81 } }, new() { States = { CloseWait.V1.TcpState.Close } }, new(), new() { Comms = { "nginx" }, LocalPorts = { 80, 82 } },
        ];
        var calls = filters.Select(filter => host.Client.WatchTransitions(new WatchTransitionsRequest { Filter = filter }, cancellationToken: Deadline.Token())).ToArray();
        foreach (var call in calls)
            Assert.Equal(Item.Started, (await NextAsync(call)).ItemCase);
        foreach (TcpEvent[] burst in events.Chunk(300))
            host.Hub.PublishTransitions(burst);

        for (int i = 0; i < filters.Length; i++)
        {
            TransitionPredicate predicate = FilterParser.ParseTransitions(filters[i], host.Facts);
            ulong[] expected = [.. events.Where(tcpEvent => predicate.Matches(in tcpEvent)).Select(static tcpEvent => tcpEvent.Cookie)];
            List<Transition> received = [];
            for (ulong sequence = 2; received.Count < expected.Length; sequence++)
            {
                WatchTransitionsResponse response = await NextAsync(calls[i]);
                Assert.Equal((Item.Transitions, sequence), (response.ItemCase, response.Sequence));
                received.AddRange(response.Transitions.Transitions);
            }
            Assert.Equal(expected, received.Select(static transition => transition.Cookie));
            Assert.All(received, static transition => Assert.Equal((7u, "/usr/sbin/nginx"), (transition.Owner.Pid, transition.Owner.Exe)));
            calls[i].Dispose();
        }
    }

    [Fact]
    public async Task Single_changes_do_not_wait_for_a_full_batch()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var call = host.Client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: Deadline.Token());
        await NextAsync(call);
        for (ulong cookie = 1; cookie <= 20; cookie++)
        {
            host.Hub.PublishTransitions(TestSockets.Transitions(cookie, 1));
            WatchTransitionsResponse response = await NextAsync(call);
            Assert.Equal(cookie, Assert.Single(response.Transitions.Transitions).Cookie);
        }
    }

    [Fact]
    public async Task A_quiet_stream_has_heartbeats_and_a_busy_one_none()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        WatchTransitionsRequest request = new() { HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.1)) };
        using var call = host.Client.WatchTransitions(request, cancellationToken: Deadline.Token());
        Assert.Equal(Item.Started, (await NextAsync(call)).ItemCase);
        Assert.Equal(Item.Heartbeat, (await NextAsync(call)).ItemCase);
        Assert.Equal(Item.Heartbeat, (await NextAsync(call)).ItemCase);

        request.HeartbeatPeriod = Duration.FromTimeSpan(TimeSpan.FromMinutes(1));
        using var busy = host.Client.WatchTransitions(request, cancellationToken: Deadline.Token());
        Assert.Equal(Item.Started, (await NextAsync(busy)).ItemCase);
        for (ulong cookie = 1; cookie <= 5; cookie++)
        {
            host.Hub.PublishTransitions(TestSockets.Transitions(cookie, 1));
            Assert.Equal(Item.Transitions, (await NextAsync(busy)).ItemCase);
        }
    }

    [Fact]
    public async Task What_the_ring_lost_is_told_and_what_the_queue_behind_it_dropped_is_not_of_this_stream()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var call = host.Client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: Deadline.Token());
        await NextAsync(call);
        host.Hub.PublishLoss(LossPlace.Queue, 3);
        host.Hub.PublishTransitions(TestSockets.Transitions(1, 1));
        Assert.Equal(Item.Transitions, (await NextAsync(call)).ItemCase);
        host.Hub.PublishLoss(LossPlace.Kernel, 5);
        Assert.Equal((5ul, EventsLost.Types.Place.Kernel), (await NextAsync(call)).Lost is { } lost ? (lost.Count, lost.Place) : default);
    }

    [Fact]
    public async Task A_hundred_thousand_changes_at_full_speed_are_delivered_or_counted()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using var call = host.Client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: Deadline.Token());
        await NextAsync(call);
        const ulong Published = 100_000;
        Task pump = Task.Run(
            () =>
            {
                TcpEvent[] events = TestSockets.Transitions(1, 50);
                for (int i = 0; i < 2000; i++)
                    host.Hub.PublishTransitions(events);
            },
            TestContext.Current.CancellationToken);
        ulong delivered = 0;
        ulong lost = 0;
        while (delivered + lost < Published)
        {
            WatchTransitionsResponse response = await NextAsync(call);
            delivered += (ulong)(response.Transitions?.Transitions.Count ?? 0);
            lost += response.Lost?.Count ?? 0;
        }
        await pump;
        Assert.Equal(Published, delivered + lost);
    }

    private static async Task<WatchTransitionsResponse> NextAsync(AsyncServerStreamingCall<WatchTransitionsResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Deadline.Token()));
        return call.ResponseStream.Current;
    }
}
