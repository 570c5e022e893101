// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Api.Fanout;
using Tracer.Api.Filters;
using Tracer.Api.Mapping;
using Tracer.Attribution;
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>One WatchCloseWaits call: what is there, a marker, then every change; after a loss of its own the same again.</summary>
internal sealed class CloseWaitStream(
    EventHub hub,
    IFactSource facts,
    EventMapper mapper,
    IServerStreamWriter<Proto.WatchCloseWaitsResponse> responses,
    TimeSpan heartbeatPeriod)
{
    private readonly StreamPace _pace = new(heartbeatPeriod);
    private readonly LossAnnouncer _losses = new(hub.Losses, LossPlace.Queue);
    private readonly List<SocketChange> _due = [];
    private ulong _sequence;
    private ulong? _nextDueKtimeNs;

    public async Task RunAsync(SocketPredicate predicate, bool skipsSnapshot, CancellationToken cancellationToken)
    {
        using SocketSubscription subscription = hub.WatchSockets(predicate, out List<SocketChange> present);
        if (!skipsSnapshot)
            await SendSnapshotAsync(present, cancellationToken);
        while (true)
        {
            while (_losses.Next() is { } notice)
                await SendAsync(new Proto.WatchCloseWaitsResponse { Lost = notice }, cancellationToken);
            bool hasSent = await SendChangesAsync(subscription, cancellationToken)
                || await RecoverAsync(subscription, cancellationToken);
            if (!hasSent)
                await IdleAsync(subscription, cancellationToken);
        }
    }

    private async Task<bool> SendChangesAsync(SocketSubscription subscription, CancellationToken cancellationToken)
    {
        ChangePage page = new();
        while (!page.IsFull && subscription.TryTake(out SocketChange? change))
            page.Add(mapper.ToChange(change.Kind, in change.Socket));
        if (!page.IsFull)
            _nextDueKtimeNs = subscription.TakeDue(facts.NowKtimeNs(), _due);
        foreach (SocketChange change in _due)
        {
            if (page.IsFull)
            {
                await SendAsync(page.ToResponse(), cancellationToken);
                page = new ChangePage();
            }
            page.Add(mapper.ToChange(LedgerChangeKind.Aged, in change.Socket));
        }
        _due.Clear();
        if (page.Count > 0)
            await SendAsync(page.ToResponse(), cancellationToken);
        return page.Count > 0;
    }

    // The lost changes may have left ghosts and holes in the client's view: the whole view follows the notice.
    private async Task<bool> RecoverAsync(SocketSubscription subscription, CancellationToken cancellationToken)
    {
        if (subscription.TryRecover() is not { } recovery)
            return false;
        Proto.EventsLost lost = new()
        {
            Count = recovery.Lost,
            Total = recovery.LostTotal,
            Place = Proto.EventsLost.Types.Place.Subscriber,
        };
        await SendAsync(new Proto.WatchCloseWaitsResponse { Lost = lost }, cancellationToken);
        await SendSnapshotAsync(recovery.Present, cancellationToken);
        return true;
    }

    private async Task SendSnapshotAsync(List<SocketChange> present, CancellationToken cancellationToken)
    {
        ulong count = (ulong)present.Count;
        ChangePage page = new();
        foreach (SocketChange change in present)
        {
            page.Add(mapper.ToChange(LedgerChangeKind.Existing, in change.Socket));
            if (!page.IsFull)
                continue;
            await SendAsync(page.ToResponse(), cancellationToken);
            page = new ChangePage();
        }
        if (page.Count > 0)
            await SendAsync(page.ToResponse(), cancellationToken);
        // The caller's stream may last for days, and its list would keep every one of these sockets as it once was.
        present.Clear();
        Proto.SnapshotDone done = new()
        {
            Sockets = count,
            Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())),
        };
        await SendAsync(new Proto.WatchCloseWaitsResponse { SnapshotDone = done }, cancellationToken);
    }

    private async Task IdleAsync(SocketSubscription subscription, CancellationToken cancellationToken)
    {
        if (_pace.IsHeartbeatDue)
        {
            Proto.Heartbeat heartbeat = new() { Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
            await SendAsync(new Proto.WatchCloseWaitsResponse { Heartbeat = heartbeat }, cancellationToken);
            return;
        }
        TimeSpan timeout = _pace.UntilHeartbeat;
        if (_nextDueKtimeNs is { } due)
        {
            ulong now = facts.NowKtimeNs();
            // Rounded up: waking before the time would only ask again.
            ulong millis = due > now ? Math.Min(((due - now) / 1_000_000) + 1, 3_600_000) : 0;
            timeout = TimeSpan.FromMilliseconds(Math.Min(millis, timeout.TotalMilliseconds));
        }
        await subscription.WaitAsync(() => _losses.HasNews, timeout, cancellationToken);
    }

    private async Task SendAsync(Proto.WatchCloseWaitsResponse response, CancellationToken cancellationToken)
    {
        response.Sequence = ++_sequence;
        await responses.WriteAsync(response, cancellationToken);
        _pace.MarkSent();
    }
}
