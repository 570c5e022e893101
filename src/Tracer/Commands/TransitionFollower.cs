// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Client;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Prints state changes as they arrive.</summary>
internal sealed class TransitionFollower(CommandContext context, OutputStyle style, bool isJson, long count)
{
    private readonly TransitionLines _lines = new(context.Out, style);
    private readonly JsonLines _json = new(context.Out);
    private long _left = count;

    public async Task FollowAsync(DaemonConnection connection, SocketFilter filter, CancellationToken end)
    {
        using var call = connection.Service.WatchTransitions(new WatchTransitionsRequest { Filter = filter }, cancellationToken: end);
        var stream = new HeartbeatStream<WatchTransitionsResponse>(
            call.ResponseStream, response => response.Sequence, context.ClientHost, context.Clock);
        await foreach (WatchTransitionsResponse response in stream.ReadAllAsync(end))
        {
            Write(response);
            // Not cancelled: what was printed is delivered.
            await context.Out.FlushAsync(CancellationToken.None);
            if (_left == 0)
                return;
        }
    }

    private void Write(WatchTransitionsResponse response)
    {
        switch (response.ItemCase)
        {
            case WatchTransitionsResponse.ItemOneofCase.Transitions:
                WriteBatch(response.Transitions);
                break;
            case WatchTransitionsResponse.ItemOneofCase.Started when isJson:
                _json.WriteNotice("started", response.Started);
                break;
            case WatchTransitionsResponse.ItemOneofCase.Started:
                _lines.WriteHeader();
                context.Complain("following state changes");
                break;
            case WatchTransitionsResponse.ItemOneofCase.Lost when isJson:
                _json.WriteNotice("lost", response.Lost);
                break;
            case WatchTransitionsResponse.ItemOneofCase.Lost:
                context.Complain(LossText.Describe(response.Lost));
                break;
            case WatchTransitionsResponse.ItemOneofCase.Heartbeat when isJson:
                _json.WriteNotice("heartbeat", response.Heartbeat);
                break;
        }
    }

    private void WriteBatch(TransitionBatch batch)
    {
        foreach (Transition change in batch.Transitions)
        {
            if (_left == 0)
                return;
            _left--;
            if (isJson)
                _json.Write(change);
            else
                _lines.Write(change);
        }
    }
}
