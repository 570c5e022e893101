// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Fanout;

/// <summary>
/// Wakes one sleeping stream. Ringing costs a barrier and a read while the stream is awake: under load nobody is ever woken.
/// </summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _bell = new(0);
    private int _isAsleep;

    /// <summary>To be called after the work was made visible.</summary>
    public void Ring()
    {
        // The work must be visible before the look at the sleeper, or both sides could miss each other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isAsleep) == 1 && Interlocked.Exchange(ref _isAsleep, 0) == 1)
            _bell.Release();
    }

    /// <summary>Sleeps unless there is work. May end early without any: the caller looks again.</summary>
    public async Task WaitAsync(Func<bool> hasWork, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Rung in the moment an earlier call found work by itself: nobody took that permit.
        while (_bell.CurrentCount > 0)
            await _bell.WaitAsync(TimeSpan.Zero, cancellationToken);
        Interlocked.Exchange(ref _isAsleep, 1);
        try
        {
            if (!hasWork() && timeout > TimeSpan.Zero)
                await _bell.WaitAsync(timeout, cancellationToken);
        }
        finally
        {
            Interlocked.Exchange(ref _isAsleep, 0);
        }
    }

    // The semaphore is not disposed: the ringing side may still hold this, and without a wait handle there is nothing to free.
    public void Dispose() => Interlocked.Exchange(ref _isAsleep, 0);
}
