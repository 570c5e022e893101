// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using Tracer.Api.Filters;
using Tracer.Wire;

namespace Tracer.Api.Fanout;

/// <summary>One watcher of state changes: the pump offers batches, the watcher's stream takes them, and what does not fit is counted.</summary>
internal sealed class TransitionSubscription(TransitionFanout fanout, TransitionPredicate predicate, int maxEvents) : IDisposable
{
    // Slots are few where events are many: at least 8 events on average, or the slots are the bound.
    private readonly BoundedRing<SharedBatch> _batches = new(Math.Max(1, maxEvents / 8));
    private readonly WakeSignal _signal = new();
    private bool _hasOffers; // the pump's
    private int _queuedEvents;
    private ulong _dropped;

    public TransitionPredicate Predicate => predicate;

    /// <summary>Matching events that did not fit, since the subscription began.</summary>
    public ulong Dropped => Volatile.Read(ref _dropped);

    public int QueuedEvents => Volatile.Read(ref _queuedEvents);

    /// <summary>Called by the pump only, which calls <see cref="Announce"/> afterwards.</summary>
    public void Offer(SharedBatch batch)
    {
        if ((batch.NewStates & predicate.StateMask) == 0)
            return;
        _hasOffers = true;
        if (!TryEnqueue(batch))
            Volatile.Write(ref _dropped, _dropped + CountMatches(batch.Events));
    }

    /// <summary>Wakes the stream if it was offered anything. Called by the pump only.</summary>
    public void Announce()
    {
        if (!_hasOffers)
            return;
        _hasOffers = false;
        _signal.Ring();
    }

    public void Wake() => _signal.Ring();

    /// <summary>The batch is the caller's to release.</summary>
    public bool TryTake([NotNullWhen(true)] out SharedBatch? batch)
    {
        if (!_batches.TryTake(out batch))
            return false;
        Interlocked.Add(ref _queuedEvents, -batch.Count);
        return true;
    }

    public bool HasBatches => !_batches.IsEmpty;

    /// <summary>Sleeps unless there is work, of which <see cref="HasBatches"/> is to be a part.</summary>
    public ValueTask WaitAsync(Func<bool> hasWork, TimeSpan timeout, CancellationToken cancellationToken) =>
        _signal.WaitAsync(hasWork, timeout, cancellationToken);

    public void Dispose()
    {
        fanout.Remove(this);
        while (TryTake(out SharedBatch? batch))
            batch.Release();
        _signal.Dispose();
    }

    private bool TryEnqueue(SharedBatch batch)
    {
        if (Volatile.Read(ref _queuedEvents) + batch.Count > maxEvents)
            return false;
        Interlocked.Add(ref _queuedEvents, batch.Count);
        batch.Retain();
        if (_batches.TryAdd(batch))
            return true;
        batch.Release();
        Interlocked.Add(ref _queuedEvents, -batch.Count);
        return false;
    }

    // Only a watcher that is too slow makes the pump look at single events: the count must be exact.
    private ulong CountMatches(ReadOnlySpan<TcpEvent> events)
    {
        ulong matches = 0;
        foreach (ref readonly TcpEvent tcpEvent in events)
            matches += predicate.Matches(in tcpEvent) ? 1UL : 0;
        return matches;
    }
}
