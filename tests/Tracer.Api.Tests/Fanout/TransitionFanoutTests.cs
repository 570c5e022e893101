// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Mapping;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;
using TcpState = Tracer.Wire.TcpState;

namespace Tracer.Api.Tests.Fanout;

public class TransitionFanoutTests
{
    private readonly FakeFacts _facts = new();

    [Fact]
    public void Publishing_to_nobody_allocates_nothing_and_counts_nothing()
    {
        EventHub hub = new();
        TcpEvent[] events = TestSockets.Transitions(1, 300);
        hub.PublishTransitions(events);

        Assert.Equal(0, SteadyState.Allocated(() => hub.PublishTransitions(events)));
        Assert.Equal(0ul, hub.ReadCounters().Single(static counter => counter.Name == "hub_transitions").Value);
    }

    [Fact]
    public void Publishing_to_watchers_allocates_nothing_in_steady_state()
    {
        TransitionFanout fanout = new(4096);
        using TransitionSubscription one = fanout.Subscribe(Everything());
        using TransitionSubscription other = fanout.Subscribe(Everything());
        TcpEvent[] events = TestSockets.Transitions(1, 300);
        Cycle(fanout, events, one, other);

        Assert.Equal(0, SteadyState.Allocated(() => Cycle(fanout, events, one, other)));
    }

    [Fact]
    public async Task A_watcher_is_woken_once_for_a_whole_handover_and_only_by_what_it_may_want()
    {
        TransitionFanout fanout = new(4096);
        SharedBatch batch = new(new BatchPool(), 256);
        batch.Fill(TestSockets.Transitions(1, 256));
        using TransitionSubscription one = fanout.Subscribe(Everything());
        using TransitionSubscription other =
            fanout.Subscribe(FilterParser.ParseTransitions(new SocketFilter { States = { CloseWait.V1.TcpState.LastAck } }, _facts));
        ValueTask waiting = one.WaitAsync(static () => false, TimeSpan.FromHours(1), Deadline.Token());
        ValueTask waitingElse = other.WaitAsync(static () => false, TimeSpan.FromHours(1), Deadline.Token());

        one.Offer(batch);
        other.Offer(batch);
        Assert.False(waiting.IsCompleted);
        one.Announce();
        other.Announce();

        await waiting;
        Assert.False(waitingElse.IsCompleted);
        other.Wake();
        await waitingElse;
    }

    [Fact]
    public void Encoding_for_watchers_with_different_filters_allocates_nothing_in_steady_state()
    {
        TransitionFanout fanout = new(4096);
        SocketFilter lastAck = new() { States = { CloseWait.V1.TcpState.LastAck } };
        using TransitionSubscription all = fanout.Subscribe(Everything());
        using TransitionSubscription some = fanout.Subscribe(FilterParser.ParseTransitions(lastAck, _facts));
        TcpEvent[] events =
            [.. Enumerable.Range(0, 300).Select(i => TestSockets.Transition(1, TcpState.CloseWait, i % 3 == 0 ? TcpState.LastAck : TcpState.Close))];
        TransitionEncoder encoder = new(_facts);
        TransitionPage page = new();
        FixedBuffer message = new();
        SendAll(fanout, events, all, some, encoder, page, message);

        Assert.Equal(0, SteadyState.Allocated(() => SendAll(fanout, events, all, some, encoder, page, message)));
    }

    [Fact]
    public void Publishing_to_a_watcher_that_does_not_read_allocates_only_up_to_its_bound()
    {
        TransitionFanout fanout = new(4096);
        using TransitionSubscription stalled = fanout.Subscribe(Everything());
        TcpEvent[] events = TestSockets.Transitions(1, 256);
        for (int i = 0; i < 20; i++)
            fanout.Publish(events);

        Assert.Equal(0, SteadyState.Allocated(() => fanout.Publish(events)));
        Assert.Equal(4096, stalled.QueuedEvents);
        Assert.Equal((1020ul * 256) - 4096, stalled.Dropped);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    [InlineData(1000)]
    public void What_is_published_is_delivered_or_counted_whatever_the_size_of_the_batches(int size)
    {
        TransitionFanout fanout = new(500);
        SocketFilter evenOnly = new() { States = { CloseWait.V1.TcpState.LastAck } };
        using TransitionSubscription some = fanout.Subscribe(FilterParser.ParseTransitions(evenOnly, _facts));
        using TransitionSubscription all = fanout.Subscribe(Everything());
        ulong published = 0;
        ulong matching = 0;
        ulong delivered = 0;
        ulong deliveredMatching = 0;
        for (int round = 0; round < 50; round++)
        {
            TcpEvent[] events =
                [.. Enumerable.Range(0, size).Select(i => TestSockets.Transition(1, TcpState.CloseWait, i % 2 == 0 ? TcpState.LastAck : TcpState.Close))];
            fanout.Publish(events);
            published += (ulong)size;
            matching += (ulong)events.Count(static e => e.NewState == TcpState.LastAck);
            if (round % 7 != 6)
                continue;
            delivered += Drain(all);
            deliveredMatching += Drain(some);
        }
        delivered += Drain(all);
        deliveredMatching += Drain(some);

        Assert.Equal(published, delivered + all.Dropped);
        Assert.Equal(matching, deliveredMatching + some.Dropped);
        Assert.Equal(all.Dropped + some.Dropped, fanout.Dropped);
        Assert.Equal(published, fanout.Published);
    }

    [Fact]
    public void A_watcher_of_other_states_is_not_bothered()
    {
        TransitionFanout fanout = new(100);
        SocketFilter listen = new() { States = { CloseWait.V1.TcpState.Listen } };
        using TransitionSubscription other = fanout.Subscribe(FilterParser.ParseTransitions(listen, _facts));
        fanout.Publish(TestSockets.Transitions(1, 1000));
        Assert.False(other.TryTake(out _));
        Assert.Equal(0ul, other.Dropped);
    }

    [Fact]
    public void Two_watchers_read_the_same_copy_and_events_stay_as_they_were()
    {
        TransitionFanout fanout = new(100);
        using TransitionSubscription one = fanout.Subscribe(Everything());
        using TransitionSubscription other = fanout.Subscribe(Everything());
        TcpEvent[] events = TestSockets.Transitions(1, 3);
        fanout.Publish(events);
        events[0].Cookie = 999;

        Assert.True(one.TryTake(out SharedBatch? first));
        first.Release();
        fanout.Publish(TestSockets.Transitions(50, 3)); // must not take the copy the other one still needs
        Assert.True(other.TryTake(out SharedBatch? second));

        Assert.Same(first, second);
        Assert.Equal([1ul, 2ul, 3ul], second.Events.ToArray().Select(static e => e.Cookie));
        second.Release();
    }

    [Fact]
    public void The_daemon_hears_the_interest_of_all_watchers_whenever_one_comes_or_goes()
    {
        EventHub hub = new();
        List<IReadOnlyList<TransitionInterest>> heard = [];
        hub.InterestChanged += heard.Add;
        SocketFilter filter = new() { Pids = { 7 }, States = { CloseWait.V1.TcpState.CloseWait } };

        TransitionSubscription one = hub.WatchTransitions(FilterParser.ParseTransitions(filter, _facts));
        TransitionSubscription other = hub.WatchTransitions(Everything());
        one.Dispose();
        one.Dispose();
        other.Dispose();

        Assert.Equal([1, 2, 1, 0], heard.Select(static interests => interests.Count));
        Assert.Equal(1u << 8, heard[0][0].StateMask);
        Assert.Equal([7u], heard[0][0].Pids);
        Assert.Equal(0x1ffeu, heard[2][0].StateMask);
    }

    [Fact]
    public async Task Watchers_come_and_go_while_the_pump_runs()
    {
        TransitionFanout fanout = new(1000);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Deadline.Token());
        Task pump = Task.Run(
            () =>
            {
                TcpEvent[] events = TestSockets.Transitions(1, 100);
                while (!stop.IsCancellationRequested)
                    fanout.Publish(events);
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(
            () =>
            {
                for (int i = 0; i < 300; i++)
                {
                    using TransitionSubscription subscription = fanout.Subscribe(Everything());
                    SpinWait.SpinUntil(() => subscription.QueuedEvents > 0, TimeSpan.FromSeconds(10));
                    while (subscription.TryTake(out SharedBatch? batch))
                    {
                        Assert.Equal([1ul, 2ul], batch.Events[..2].ToArray().Select(static e => e.Cookie));
                        Assert.Equal(100, batch.Count);
                        batch.Release();
                    }
                }
            },
            TestContext.Current.CancellationToken)));
        await stop.CancelAsync();
        await pump;
    }

    private static void SendAll(
        TransitionFanout fanout, TcpEvent[] events, TransitionSubscription all, TransitionSubscription some, TransitionEncoder encoder, TransitionPage page,
        FixedBuffer message)
    {
        Span<byte> picks = stackalloc byte[BatchPool.MaxEvents];
        fanout.Publish(events);
        while (some.TryTake(out SharedBatch? batch))
        {
            int picked = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                if (some.Predicate.Matches(in batch.Events[i]))
                    picks[picked++] = (byte)i;
            }
            batch.CopyTo(page, picks[..picked], encoder);
            Send(page, batch, message);
        }
        while (all.TryTake(out SharedBatch? batch))
        {
            batch.CopyTo(page, 0, batch.Count, encoder);
            Send(page, batch, message);
        }
    }

    private static void Send(TransitionPage page, SharedBatch batch, FixedBuffer message)
    {
        page.Keep(batch);
        page.WriteTo(message);
        page.Clear();
    }

    private sealed class FixedBuffer : System.Buffers.IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[65_536];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes;
    }

    private static void Cycle(TransitionFanout fanout, TcpEvent[] events, params ReadOnlySpan<TransitionSubscription> subscriptions)
    {
        fanout.Publish(events);
        foreach (TransitionSubscription subscription in subscriptions)
            Drain(subscription);
    }

    private static ulong Drain(TransitionSubscription subscription)
    {
        ulong matching = 0;
        while (subscription.TryTake(out SharedBatch? batch))
        {
            foreach (ref readonly TcpEvent tcpEvent in batch.Events)
                matching += subscription.Predicate.Matches(in tcpEvent) ? 1UL : 0;
            batch.Release();
        }
        return matching;
    }

    private TransitionPredicate Everything() => FilterParser.ParseTransitions(null, _facts);
}
