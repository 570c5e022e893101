// SPDX-License-Identifier: Apache-2.0
namespace Tracer;

/// <summary>Lets a client wait for a scan that began after its call.</summary>
public sealed class ScanMarks
{
    private readonly Lock _lock = new();
    private readonly List<(ulong AskedKtimeNs, TaskCompletionSource<bool> Done)> _waiting = [];

    /// <summary>When the last completed scan began; 0: none yet.</summary>
    public ulong LastBeganKtimeNs { get; private set; }

    /// <summary>Ends when a scan that began at or after this time is complete.</summary>
    public Task<bool> WaitAsync(ulong askedKtimeNs, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waiting.Add((askedKtimeNs, done));
        CancellationTokenRegistration registration = cancellationToken.Register(() => Cancel(done, cancellationToken));
        _ = done.Task.ContinueWith(_ => registration.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return done.Task;
    }

    public void Done(ulong scanBeganKtimeNs)
    {
        lock (_lock)
        {
            LastBeganKtimeNs = scanBeganKtimeNs;
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].AskedKtimeNs > scanBeganKtimeNs)
                    continue;
                _waiting[i].Done.TrySetResult(true);
                _waiting.RemoveAt(i);
            }
        }
    }

    private void Cancel(TaskCompletionSource<bool> done, CancellationToken cancellationToken)
    {
        lock (_lock)
            _waiting.RemoveAll(w => ReferenceEquals(w.Done, done));
        done.TrySetCanceled(cancellationToken);
    }
}
