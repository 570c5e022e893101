// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Follows WatchTransitions: counts all, keeps what it is asked to keep.</summary>
internal sealed class TransitionJournal : IAsyncDisposable
{
    private readonly StreamFollower<WatchTransitionsResponse> _stream;
    private readonly Func<Transition, bool> _keep;
    private readonly ConcurrentQueue<Transition> _kept = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _continue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _delivered;
    private long _lost;
    private ulong _lastSequence;

    private TransitionJournal(Daemon daemon, SocketFilter filter, Func<Transition, bool> keep)
    {
        _keep = keep;
        _stream = new(daemon.Client.WatchTransitions(new WatchTransitionsRequest { Filter = filter }), Take);
    }

    public IReadOnlyCollection<Transition> Kept => _kept;

    public ulong Delivered => (ulong)Interlocked.Read(ref _delivered);

    /// <summary>Sum of the loss notices in the stream.</summary>
    public ulong Lost => (ulong)Interlocked.Read(ref _lost);

    /// <summary>Starts and waits for the message from which on nothing goes missing unseen.</summary>
    public static async Task<TransitionJournal> Start(Daemon daemon, SocketFilter? filter = null, Func<Transition, bool>? keep = null, bool stopAfterStarted = false)
    {
        TransitionJournal journal = new(daemon, filter ?? new SocketFilter(), keep ?? (_ => true));
        if (!stopAfterStarted)
            journal.Continue();
        await await Task.WhenAny(journal._started.Task, journal._stream.Reading).WaitAsync(Deadline.Stretch(Deadline.Usual));
        return journal;
    }

    /// <summary>Goes on reading after the first message.</summary>
    public void Continue() => _continue.TrySetResult();

    public Task<Transition> Until(string what, Func<Transition, bool> condition, TimeSpan? limit = null) =>
        Deadline.Until(
            what,
            () =>
            {
                _stream.ThrowIfFaulted();
                return Task.FromResult(_kept.FirstOrDefault(condition));
            },
            limit,
            () => string.Join('\n', _kept.TakeLast(50)));

    public async ValueTask DisposeAsync()
    {
        Continue();
        await _stream.DisposeAsync();
    }

    private async Task Take(WatchTransitionsResponse message)
    {
        if (message.Sequence != ++_lastSequence)
            throw new InvalidOperationException($"sequence {message.Sequence} instead of {_lastSequence}");
        switch (message.ItemCase)
        {
            case WatchTransitionsResponse.ItemOneofCase.Started:
                _started.TrySetResult();
                await _continue.Task;
                break;
            case WatchTransitionsResponse.ItemOneofCase.Lost:
                Interlocked.Add(ref _lost, (long)message.Lost.Count);
                break;
            case WatchTransitionsResponse.ItemOneofCase.Transitions:
                Keep(message.Transitions);
                break;
        }
    }

    private void Keep(TransitionBatch batch)
    {
        foreach (Transition transition in batch.Transitions.Where(_keep))
            _kept.Enqueue(transition);
        Interlocked.Add(ref _delivered, batch.Transitions.Count);
    }
}
