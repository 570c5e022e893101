// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Mapping;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>One WatchTransitions call: gathers what matches into messages of up to 256, or of 5 ms.</summary>
internal sealed class TransitionStream(
    EventHub hub, IFactSource facts, IServerStreamWriter<Proto.WatchTransitionsResponse> responses, TimeSpan heartbeatPeriod)
{
    private const int FullEnough = 64;
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(5);
    private readonly StreamPace _pace = new(heartbeatPeriod);
    private readonly LossAnnouncer _losses = new(hub.Losses);
    private readonly TransitionPage _page = new(facts);
    private SharedBatch? _batch;
    private int _consumed;
    private ulong _sequence;
    private ulong _announcedDrops;

    public async Task RunAsync(TransitionPredicate predicate, CancellationToken cancellationToken)
    {
        using TransitionSubscription subscription = hub.WatchTransitions(predicate);
        try
        {
            Proto.Started started = new() { Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
            await SendAsync(new Proto.WatchTransitionsResponse { Started = started }, cancellationToken);
            while (true)
            {
                await SendLossesAsync(subscription, cancellationToken);
                await SendNextAsync(subscription, cancellationToken);
            }
        }
        finally
        {
            _batch?.Release();
        }
    }

    private async Task SendNextAsync(TransitionSubscription subscription, CancellationToken cancellationToken)
    {
        Gather(subscription);
        if (_page.Count is > 0 and < FullEnough)
        {
            await Task.Delay(GatherTime, cancellationToken);
            Gather(subscription);
        }
        if (_page.Count > 0)
        {
            await SendAsync(new Proto.WatchTransitionsResponse { Transitions = _page.Batch }, cancellationToken);
            _page.Clear();
        }
        else if (_pace.IsHeartbeatDue)
        {
            Proto.Heartbeat heartbeat = new() { Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
            await SendAsync(new Proto.WatchTransitionsResponse { Heartbeat = heartbeat }, cancellationToken);
        }
        else
        {
            await subscription.WaitAsync(
                () => _losses.HasNews || subscription.Dropped != _announcedDrops, _pace.UntilHeartbeat, cancellationToken);
        }
    }

    private void Gather(TransitionSubscription subscription)
    {
        while (!_page.IsFull)
        {
            if (_batch is null && !subscription.TryTake(out _batch))
                return;
            ReadOnlySpan<TcpEvent> events = _batch.Events;
            while (_consumed < events.Length && !_page.IsFull)
            {
                ref readonly TcpEvent tcpEvent = ref events[_consumed++];
                if (subscription.Predicate.Matches(in tcpEvent))
                    _page.Add(in tcpEvent);
            }
            if (_consumed < events.Length)
                return;
            _batch.Release();
            _batch = null;
            _consumed = 0;
        }
    }

    private async Task SendLossesAsync(TransitionSubscription subscription, CancellationToken cancellationToken)
    {
        while (_losses.Next() is { } notice)
            await SendAsync(new Proto.WatchTransitionsResponse { Lost = notice }, cancellationToken);
        ulong dropped = subscription.Dropped;
        if (dropped == _announcedDrops)
            return;
        Proto.EventsLost lost = new()
        {
            Count = dropped - _announcedDrops,
            Total = dropped,
            Place = Proto.EventsLost.Types.Place.Subscriber,
        };
        _announcedDrops = dropped;
        await SendAsync(new Proto.WatchTransitionsResponse { Lost = lost }, cancellationToken);
    }

    private async Task SendAsync(Proto.WatchTransitionsResponse response, CancellationToken cancellationToken)
    {
        response.Sequence = ++_sequence;
        await responses.WriteAsync(response, cancellationToken);
        _pace.MarkSent();
    }
}
