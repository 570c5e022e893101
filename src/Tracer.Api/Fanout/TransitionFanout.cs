// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Filters;
using Tracer.Wire;

namespace Tracer.Api.Fanout;

/// <summary>Hands state changes to their watchers. Publishing takes no lock; coming and going replaces the list of watchers.</summary>
internal sealed class TransitionFanout(int queueEvents)
{
    private readonly Lock _gate = new();
    private readonly BatchPool _pool = new();
    private TransitionSubscription[] _subscriptions = [];
    private ulong _published;
    private ulong _droppedBefore;

    /// <summary>Called in order, one call at a time, with one entry per watcher.</summary>
    public event Action<IReadOnlyList<TransitionInterest>>? InterestChanged;

    /// <summary>Events given to at least one watcher's queue or counted as dropped there.</summary>
    public ulong Published => Volatile.Read(ref _published);

    public int Watchers => Volatile.Read(ref _subscriptions).Length;

    public int QueueLimit => queueEvents;

    public ulong Dropped
    {
        get
        {
            lock (_gate)
                return _subscriptions.Aggregate(_droppedBefore, static (sum, one) => sum + one.Dropped);
        }
    }

    public int LongestQueue
    {
        get
        {
            lock (_gate)
                return _subscriptions.Select(static one => one.QueuedEvents).DefaultIfEmpty().Max();
        }
    }

    public void Publish(ReadOnlySpan<TcpEvent> events)
    {
        TransitionSubscription[] subscriptions = Volatile.Read(ref _subscriptions);
        if (subscriptions.Length == 0)
            return;
        while (!events.IsEmpty)
        {
            int count = Math.Min(events.Length, BatchPool.MaxEvents);
            SharedBatch batch = _pool.Rent(count);
            batch.Fill(events[..count]);
            foreach (TransitionSubscription subscription in subscriptions)
                subscription.Offer(batch);
            batch.Release();
            Volatile.Write(ref _published, _published + (ulong)count);
            events = events[count..];
        }
        // Once for all: a stream that is woken by the first batch sends that alone.
        foreach (TransitionSubscription subscription in subscriptions)
            subscription.Announce();
    }

    /// <summary>When this returns, the daemon has been told: every matching change from now on is delivered or counted.</summary>
    public TransitionSubscription Subscribe(TransitionPredicate predicate)
    {
        TransitionSubscription subscription = new(this, predicate, queueEvents);
        lock (_gate)
            Replace([.. _subscriptions, subscription]);
        return subscription;
    }

    public void Remove(TransitionSubscription subscription)
    {
        lock (_gate)
        {
            if (!_subscriptions.Contains(subscription))
                return;
            Replace([.. _subscriptions.Where(one => one != subscription)]);
            _droppedBefore += subscription.Dropped;
        }
    }

    public void WakeAll()
    {
        foreach (TransitionSubscription subscription in Volatile.Read(ref _subscriptions))
            subscription.Wake();
    }

    private void Replace(TransitionSubscription[] subscriptions)
    {
        Volatile.Write(ref _subscriptions, subscriptions);
        InterestChanged?.Invoke([.. subscriptions.Select(static one => one.Predicate.Interest)]);
    }
}
