// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Tracer.Api.Fanout;

/// <summary>
/// Wakes one sleeping stream. Ringing costs a barrier and a read while the stream is awake, and a sleep allocates nothing: a stream that
/// keeps up sleeps hundreds of times a second.
/// </summary>
internal sealed class WakeSignal : IValueTaskSource, IDisposable
{
    private const long Never = long.MaxValue;

    private readonly Timer _timer;
    private ManualResetValueTaskSourceCore<bool> _sleep = new() { RunContinuationsAsynchronously = true }; // not on the ringing thread
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private long _timerDue = Never; // a timestamp of the stopwatch
    private int _isAsleep;

    public WakeSignal() => _timer = new Timer(static signal => ((WakeSignal)signal!).OnTimer(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>To be called after the work was made visible.</summary>
    public void Ring()
    {
        // The work must be visible before the look at the sleeper, or both sides could miss each other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isAsleep) == 1 && Interlocked.Exchange(ref _isAsleep, 0) == 1)
            _sleep.SetResult(true);
    }

    /// <summary>
    /// Sleeps unless there is work. May end early without any: the caller looks again. To be awaited at once, and by one caller at a time.
    /// </summary>
    public ValueTask WaitAsync(Func<bool> hasWork, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _sleep.Reset();
        Interlocked.Exchange(ref _isAsleep, 1);
        // Who rings before this sees an awake stream; what is looked at below is looked at after it.
        bool mustLook = hasWork() || timeout <= TimeSpan.Zero || cancellationToken.IsCancellationRequested;
        if (mustLook && Interlocked.Exchange(ref _isAsleep, 0) == 1)
            return ValueTask.CompletedTask;
        if (!mustLook)
        {
            Follow(cancellationToken);
            SetTimer(timeout);
        }
        return new ValueTask(this, _sleep.Version);
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _isAsleep, 0);
        _registration.Dispose();
        _timer.Dispose();
    }

    void IValueTaskSource.GetResult(short token)
    {
        _sleep.GetResult(token);
        _cancellation.ThrowIfCancellationRequested();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _sleep.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _sleep.OnCompleted(continuation, state, token, flags);

    // A stream has one token for all its sleeps.
    private void Follow(CancellationToken cancellationToken)
    {
        if (_cancellation == cancellationToken)
            return;
        _registration.Dispose();
        _cancellation = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static signal => ((WakeSignal)signal!).Ring(), this);
    }

    // A timer that will fire earlier, for a sleep that was cut short, is left alone: it wakes for nothing once, instead of being set for each sleep.
    private void SetTimer(TimeSpan timeout)
    {
        long due = Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);
        if (Volatile.Read(ref _timerDue) <= due)
            return;
        Volatile.Write(ref _timerDue, due);
        _timer.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        Volatile.Write(ref _timerDue, Never);
        Ring();
    }
}
