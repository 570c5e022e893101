// SPDX-License-Identifier: Apache-2.0
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Attribution;
using Tracer.Attribution.Findings;
using Tracer.Wire;

namespace Tracer.Api;

/// <summary>Where the daemon's threads meet its clients: keeps what is known of every socket and hands on what changes.</summary>
public sealed class EventHub
{
    private readonly SocketBoard _board;
    private readonly TransitionFanout _transitions;

    /// <param name="options">Null: as they are by default.</param>
    /// <param name="names">By which closed sockets are grouped; null: nobody has a name.</param>
    public EventHub(EventHubOptions? options = null, INameSource? names = null)
    {
        options ??= new EventHubOptions();
        Closes = new CloseHistory(names ?? new Nameless());
        _board = new SocketBoard(options.MaxSockets, options.ChangeQueueLength, Closes.Note);
        _transitions = new TransitionFanout(options.TransitionQueueEvents);
    }

    /// <summary>
    /// Tells which state changes are wanted, one entry per watcher, whenever a watcher comes or goes. Raised under a lock, in order;
    /// a new watcher is served when the handler has returned. The handler must not call the hub.
    /// </summary>
    public event Action<IReadOnlyList<TransitionInterest>>? InterestChanged
    {
        add => _transitions.InterestChanged += value;
        remove => _transitions.InterestChanged -= value;
    }

    internal int TransitionWatchers => _transitions.Watchers;

    internal LossTotals Losses { get; } = new();

    /// <summary>What became of the sockets of each owner and origin.</summary>
    internal CloseHistory Closes { get; }

    /// <summary>Takes a change of the ledger. Called by one thread at a time; never waits for a client.</summary>
    public void PublishSocket(LedgerChangeKind kind, in TrackedSocket socket) => _board.Publish(kind, in socket);

    /// <summary>Takes watched state changes. Called by one thread; returns at once when nobody watches, and never waits.</summary>
    public void PublishTransitions(ReadOnlySpan<TcpEvent> events) => _transitions.Publish(events);

    /// <summary>Announces to every stream that a total has grown.</summary>
    public void PublishLoss(LossPlace place, ulong total)
    {
        if (!Losses.TryRaise(place, total))
            return;
        Losses.WakeAll();
        _transitions.WakeAll();
        _board.WakeAll();
    }

    /// <summary>
    /// Goes before the changes of <see cref="SocketLedger.Replay"/> that repair a loss between ledger and hub. On the thread of
    /// <see cref="PublishSocket"/>.
    /// </summary>
    public void BeginReplay() => _board.BeginReplay();

    /// <summary>Goes after them: a socket that was not told again ended while nobody heard it.</summary>
    public void EndReplay(ulong ktimeNs) => _board.EndReplay(ktimeNs);

    /// <summary>How full the hub is.</summary>
    public IReadOnlyList<BoundValue> ReadBounds()
    {
        SocketBoardFigures board = _board.ReadFigures();
        return
        [
            new("hub_sockets", (ulong)board.Sockets, (ulong)board.MaxSockets, board.Refused),
            new("finding_sites", (ulong)Closes.Count, (ulong)Closes.Limit, Closes.Evicted),
            new("subscriber_changes", (ulong)board.LongestQueue, (ulong)_board.QueueLimit, board.Dropped),
            new("subscriber_transitions", (ulong)_transitions.LongestQueue, (ulong)_transitions.QueueLimit, _transitions.Dropped),
        ];
    }

    /// <summary>What the hub has handled.</summary>
    public IReadOnlyList<CounterValue> ReadCounters() =>
    [
        new("hub_changes", _board.ReadFigures().Published, "Changes of sockets taken by the hub."),
        new("hub_transitions", _transitions.Published, "State changes taken by the hub while somebody watched."),
    ];

    internal TransitionSubscription WatchTransitions(TransitionPredicate predicate) => _transitions.Subscribe(predicate);

    internal SocketSubscription WatchSockets(SocketPredicate predicate, out List<SocketChange> present) =>
        _board.Subscribe(predicate, out present);

    /// <summary>Every socket as it is now, oldest first.</summary>
    public void VisitSockets(bool includeLeftOpen, SocketVisitor visit)
    {
        using SocketSelection selection = SelectSockets(null, includeLeftOpen);
        foreach (SocketChange change in selection.Sockets)
            visit(in change.Socket);
    }

    public SocketCensus CountSockets() => _board.Count();

    internal SocketSelection SelectSockets(SocketPredicate? predicate, bool includeLeftOpen) =>
        _board.Select(predicate, includeLeftOpen);

    private sealed class Nameless : INameSource
    {
        public ProcessFacts? FindProcess(ProcessKey key) => null;

        public StackReport? FindStack(ulong stackId) => null;
    }
}
