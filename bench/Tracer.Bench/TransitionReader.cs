// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>A client that reads state changes as fast as they come, and decodes every one.</summary>
internal sealed class TransitionReader : IAsyncDisposable
{
    private readonly AsyncServerStreamingCall<WatchTransitionsResponse> _call;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<TransitionBatch>? _onBatch;
    private readonly Task _reader;
    private long _delivered;
    private long _lost;

    private TransitionReader(Daemon daemon, SocketFilter filter, Action<TransitionBatch>? onBatch)
    {
        _onBatch = onBatch;
        _call = daemon.Client.WatchTransitions(new WatchTransitionsRequest { Filter = filter });
        _reader = Task.Run(Read);
    }

    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>What the stream said it could not deliver.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public static async Task<TransitionReader> Start(Daemon daemon, SocketFilter? filter = null, Action<TransitionBatch>? onBatch = null)
    {
        TransitionReader reader = new(daemon, filter ?? new SocketFilter(), onBatch);
        await await Task.WhenAny(reader._started.Task, reader._reader).WaitAsync(Deadline.Stretch(Deadline.Usual));
        return reader;
    }

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        try
        {
            await _reader;
        }
        catch (Exception e) when (e is ObjectDisposedException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.Unavailable })
        {
            // The end of the stream is what disposing asks for.
        }
    }

    private async Task Read()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None))
        {
            WatchTransitionsResponse message = _call.ResponseStream.Current;
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
}
