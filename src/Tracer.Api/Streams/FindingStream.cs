// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Grpc.Core;
using Tracer.Api.Fanout;
using Tracer.Api.Findings;
using Tracer.Api.Mapping;
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>
/// One WatchFindings call: the findings, a marker, then what differs at each look. A client that is slow is looked for less often: nothing waits
/// for it, and it loses nothing but time.
/// </summary>
internal sealed class FindingStream(
    EventHub hub, IFactSource facts, FindingTools tools, IServerStreamWriter<Proto.WatchFindingsResponse> responses, TimeSpan heartbeatPeriod, TimeSpan period)
{
    private readonly StreamPace _pace = new(heartbeatPeriod);
    private readonly LossAnnouncer _losses = new(hub.Losses, LossPlace.Queue);
    private readonly FindingDiff _diff = new(tools.Findings);
    private Proto.HostSummary _summary = new();
    private TimeSpan _pause;
    private long _lastLook;
    private ulong _sequence;

    private TimeSpan UntilLook => _pause - Stopwatch.GetElapsedTime(_lastLook);

    public async Task RunAsync(FindingQuery query, CancellationToken cancellationToken)
    {
        using WakeSignal signal = new();
        hub.Losses.Add(signal);
        try
        {
            await LookAsync(query, isFirst: true, cancellationToken);
            await SendDoneAsync(cancellationToken);
            while (true)
            {
                while (_losses.Next() is { } notice)
                    await SendAsync(new Proto.WatchFindingsResponse { Lost = notice }, cancellationToken);
                if (UntilLook <= TimeSpan.Zero)
                    await LookAsync(query, isFirst: false, cancellationToken);
                else
                    await IdleAsync(signal, cancellationToken);
            }
        }
        finally
        {
            hub.Losses.Remove(signal);
        }
    }

    private async Task LookAsync(FindingQuery query, bool isFirst, CancellationToken cancellationToken)
    {
        _lastLook = Stopwatch.GetTimestamp();
        FindingSnapshot snapshot = tools.Desk.Read(query);
        IReadOnlyList<Proto.FindingChange> changes = _diff.Update(snapshot, isFirst);
        Proto.HostSummary? summary = Renew(tools.Summaries.ToSummary(snapshot));
        // With very many sockets a look takes long, on a host that has other worries: it may take a quarter of one CPU.
        TimeSpan cost = Stopwatch.GetElapsedTime(_lastLook);
        _pause = cost * 4 > period ? cost * 4 : period;
        await SendChangesAsync(changes, summary, cancellationToken);
    }

    // Null: as it was told already, but for the time.
    private Proto.HostSummary? Renew(Proto.HostSummary summary)
    {
        Proto.HostSummary timeless = summary.Clone();
        timeless.Time = null;
        if (timeless.Equals(_summary))
            return null;
        _summary = timeless;
        return summary;
    }

    private async Task SendChangesAsync(
        IReadOnlyList<Proto.FindingChange> changes, Proto.HostSummary? summary, CancellationToken cancellationToken)
    {
        Proto.FindingBatch page = new() { Summary = summary };
        int bytes = 0;
        foreach (Proto.FindingChange change in changes)
        {
            page.Changes.Add(change);
            bytes += change.CalculateSize();
            if (!PageLimits.IsFull(page.Changes.Count, bytes))
                continue;
            await SendAsync(new Proto.WatchFindingsResponse { Findings = page }, cancellationToken);
            page = new Proto.FindingBatch();
            bytes = 0;
        }
        if (page.Changes.Count > 0 || page.Summary is not null)
            await SendAsync(new Proto.WatchFindingsResponse { Findings = page }, cancellationToken);
    }

    private Task SendDoneAsync(CancellationToken cancellationToken)
    {
        Proto.FindingsDone done = new() { Findings = (ulong)_diff.Count, Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
        return SendAsync(new Proto.WatchFindingsResponse { SnapshotDone = done }, cancellationToken);
    }

    private async Task IdleAsync(WakeSignal signal, CancellationToken cancellationToken)
    {
        if (_pace.IsHeartbeatDue)
        {
            Proto.Heartbeat heartbeat = new() { Time = ProtoTime.ToTimestamp(facts.ToWallClock(facts.NowKtimeNs())) };
            await SendAsync(new Proto.WatchFindingsResponse { Heartbeat = heartbeat }, cancellationToken);
            return;
        }
        TimeSpan untilLook = UntilLook;
        TimeSpan timeout = untilLook < _pace.UntilHeartbeat ? untilLook : _pace.UntilHeartbeat;
        await signal.WaitAsync(() => _losses.HasNews, timeout, cancellationToken);
    }

    private async Task SendAsync(Proto.WatchFindingsResponse response, CancellationToken cancellationToken)
    {
        response.Sequence = ++_sequence;
        await responses.WriteAsync(response, cancellationToken);
        _pace.MarkSent();
    }
}
