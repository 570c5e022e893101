// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Mapping;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>
/// One WatchTransitions call: what matches goes out in messages of up to 256, at once while there are few of them. What is done for each message pools
/// its state machine, as a busy stream sends thousands a second.
/// </summary>
internal sealed class TransitionStream(
    EventHub hub, IFactSource facts, IServerStreamWriter<TransitionMessage> responses, TimeSpan heartbeatPeriod)
{
    private const int FullEnough = 64;
    private const int FlushBytes = 128 * 1024;
    private static readonly WriteOptions s_withoutFlush = new(WriteFlags.BufferHint);
    private readonly StreamPace _pace = new(heartbeatPeriod);
    private readonly SmallMessages _small = new();
    private readonly LossAnnouncer _losses = new(hub.Losses, LossPlace.Kernel); // state changes do not pass the queue
    private readonly TransitionEncoder _encoder = new(facts);
    private TransitionPage _page = new();
    private TransitionPage _nextPage = new();
    private readonly TransitionMessage _message = new();
    private readonly byte[] _picks = new byte[BatchPool.MaxEvents];
    private SharedBatch? _batch;
    private int _consumed;
    private ulong _announcedDrops;

    public async Task RunAsync(TransitionPredicate predicate, CancellationToken cancellationToken)
    {
        using TransitionSubscription subscription = hub.WatchTransitions(predicate);
        try
        {
            Proto.Started started = new() { Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
            await SendAsync(new Proto.WatchTransitionsResponse { Started = started }, cancellationToken);
            // Once: in the loop it is two objects for each message.
            Func<bool> hasWork = () => subscription.HasBatches || _losses.HasNews || subscription.Dropped != _announcedDrops;
            while (true)
            {
                await SendLossesAsync(subscription, cancellationToken);
                await SendNextAsync(subscription, hasWork, cancellationToken);
            }
        }
        finally
        {
            _page.Clear();
            _nextPage.Clear();
            _batch?.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendNextAsync(TransitionSubscription subscription, Func<bool> hasWork, CancellationToken cancellationToken)
    {
        // Also when nothing matched: a stream that is woken by what others watch would be woken by each batch.
        TimeSpan period = SmallMessages.PeriodOf(hub.TransitionWatchers);
        if (Gather(subscription, _page) && _page.Count < FullEnough && !_small.TryTake(Stopwatch.GetTimestamp(), period))
        {
            await Task.Delay(period, cancellationToken);
            Gather(subscription, _page);
        }
        if (_page.Count > 0)
        {
            await SendPagesAsync(subscription, cancellationToken);
        }
        else if (_pace.IsHeartbeatDue)
        {
            Proto.Heartbeat heartbeat = new() { Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
            await SendAsync(new Proto.WatchTransitionsResponse { Heartbeat = heartbeat }, cancellationToken);
        }
        else
        {
            await subscription.WaitAsync(hasWork, _pace.UntilHeartbeat, cancellationToken);
        }
    }

    // False: there was nothing to look at.
    private bool Gather(TransitionSubscription subscription, TransitionPage page)
    {
        bool hasLooked = false;
        while (!page.IsFull)
        {
            if (_batch is null && !subscription.TryTake(out _batch))
                return hasLooked;
            hasLooked = true;
            bool isWanted = subscription.Predicate.MatchesEverything ? TakeAll(_batch, page) : TakeMatches(_batch, page, subscription.Predicate);
            if (_consumed < _batch.Count)
                return true;
            if (isWanted)
                page.Keep(_batch);
            else
                _batch.Release();
            _batch = null;
            _consumed = 0;
        }
        return true;
    }

    private bool TakeAll(SharedBatch batch, TransitionPage page)
    {
        int count = Math.Min(batch.Count - _consumed, page.Room);
        batch.CopyTo(page, _consumed, count, _encoder);
        _consumed += count;
        return true;
    }

    // Predicates look at events of fixed size, outside the batch's lock; only then its bytes are looked for.
    private bool TakeMatches(SharedBatch batch, TransitionPage page, TransitionPredicate predicate)
    {
        ReadOnlySpan<TcpEvent> events = batch.Events;
        int room = page.Room;
        int picked = 0;
        while (_consumed < events.Length && picked < room)
        {
            if (predicate.Matches(in events[_consumed]))
                _picks[picked++] = (byte)_consumed;
            _consumed++;
        }
        if (picked > 0)
            batch.CopyTo(page, _picks.AsSpan(0, picked), _encoder);
        return picked > 0;
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

    /// <summary>
    /// A full page waits for those behind it, and all go to the connection at once: each flush is two changes of threads and a wake-up of the client, which
    /// cost more than encoding a page.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendPagesAsync(TransitionSubscription subscription, CancellationToken cancellationToken)
    {
        int bytes = _page.Bytes;
        while (_page.IsFull && bytes < FlushBytes && Gather(subscription, _nextPage) && _nextPage.Count > 0)
        {
            responses.WriteOptions = s_withoutFlush;
            await SendPageAsync(cancellationToken);
            (_page, _nextPage) = (_nextPage, _page);
            bytes += _page.Bytes;
        }
        responses.WriteOptions = null;
        await SendPageAsync(cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendPageAsync(CancellationToken cancellationToken)
    {
        _message.Page = _page;
        await SendAsync(cancellationToken);
        _page.Clear();
    }

    private async Task SendAsync(Proto.WatchTransitionsResponse response, CancellationToken cancellationToken)
    {
        _message.Other = response;
        await SendAsync(cancellationToken);
        _message.Other = null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        _message.Sequence++;
        await responses.WriteAsync(_message, cancellationToken);
        _pace.MarkSent();
    }
}
