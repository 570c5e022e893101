// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>A client that reads state changes as fast as they come, and decodes every one.</summary>
internal sealed class TransitionReader : IAsyncDisposable
{
    private readonly StreamFollower<WatchTransitionsResponse> _stream;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<TransitionBatch>? _onBatch;
    private long _delivered;
    private long _lost;

    private TransitionReader(Daemon daemon, SocketFilter filter, Action<TransitionBatch>? onBatch)
    {
        _onBatch = onBatch;
        _stream = new(daemon.Client.WatchTransitions(new WatchTransitionsRequest { Filter = filter }), Take);
    }

    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>What the stream said it could not deliver.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public static async Task<TransitionReader> Start(Daemon daemon, SocketFilter? filter = null, Action<TransitionBatch>? onBatch = null)
    {
        TransitionReader reader = new(daemon, filter ?? new SocketFilter(), onBatch);
        await await Task.WhenAny(reader._started.Task, reader._stream.Reading).WaitAsync(Deadline.Stretch(Deadline.Usual));
        return reader;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void Take(WatchTransitionsResponse message)
    {
        switch (message.ItemCase)
        {
            case WatchTransitionsResponse.ItemOneofCase.Started:
                _started.TrySetResult();
                break;
            case WatchTransitionsResponse.ItemOneofCase.Lost:
                Interlocked.Add(ref _lost, (long)message.Lost.Count);
                break;
            case WatchTransitionsResponse.ItemOneofCase.Transitions:
                _onBatch?.Invoke(message.Transitions);
                Interlocked.Add(ref _delivered, message.Transitions.Transitions.Count);
                break;
        }
    }
}
