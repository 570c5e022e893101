// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Client;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Prints the sockets in CLOSE_WAIT, then everything that happens to them.</summary>
internal sealed class CloseWaitFollower(CommandContext context, OutputStyle style, bool isJson, int frameLimit, long count)
{
    private readonly CloseWaitLines _lines = new(context.Out, style, context.Clock, frameLimit);
    private readonly JsonLines _json = new(context.Out);
    private long _left = count;

    public async Task FollowAsync(DaemonConnection connection, SocketFilter filter, CancellationToken end)
    {
        using var call = connection.Service.WatchCloseWaits(new WatchCloseWaitsRequest { Filter = filter }, cancellationToken: end);
        var stream = new HeartbeatStream<WatchCloseWaitsResponse>(
            call.ResponseStream, response => response.Sequence, context.ClientHost, context.Clock);
        await foreach (WatchCloseWaitsResponse response in stream.ReadAllAsync(end))
        {
            Write(response);
            // Not cancelled: what was printed is delivered.
            await context.Out.FlushAsync(CancellationToken.None);
            if (_left == 0)
                return;
        }
    }

    private void Write(WatchCloseWaitsResponse response)
    {
        switch (response.ItemCase)
        {
            case WatchCloseWaitsResponse.ItemOneofCase.Changes:
                WriteBatch(response.Changes);
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.SnapshotDone when isJson:
                _json.WriteNotice("snapshotDone", response.SnapshotDone);
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.SnapshotDone:
                context.Complain($"sockets in CLOSE_WAIT so far: {response.SnapshotDone.Sockets}; following changes");
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.Lost when isJson:
                _json.WriteNotice("lost", response.Lost);
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.Lost:
                context.Complain(LossText.Describe(response.Lost));
                break;
            case WatchCloseWaitsResponse.ItemOneofCase.Heartbeat when isJson:
                _json.WriteNotice("heartbeat", response.Heartbeat);
                break;
        }
    }

    private void WriteBatch(CloseWaitBatch batch)
    {
        foreach (CloseWaitChange change in batch.Changes)
        {
            if (_left == 0)
                return;
            if (change.Socket is not null && WriteChange(change))
                _left--;
        }
    }

    private bool WriteChange(CloseWaitChange change)
    {
        if (!isJson)
            return _lines.Write(change);
        _json.Write(change);
        return true;
    }
}
