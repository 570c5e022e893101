// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Standard;

/// <summary>Whether the daemon serves. It does not until somebody says so. Thread-safe.</summary>
public sealed class HealthState
{
    private readonly Lock _gate = new();
    private Moment _now = new(IsServing: false);

    /// <summary>Whether the daemon serves now.</summary>
    public bool IsServing => Now.IsServing;

    internal Moment Now => Volatile.Read(ref _now);

    /// <summary>Says whether the daemon serves, and wakes everybody who watches when that is news.</summary>
    public void SetServing(bool isServing)
    {
        Moment previous;
        lock (_gate)
        {
            previous = _now;
            if (previous.IsServing == isServing)
                return;
            Volatile.Write(ref _now, new Moment(isServing));
        }

        previous.End();
    }

    /// <summary>The state between two changes.</summary>
    internal sealed record Moment(bool IsServing)
    {
        // Asynchronous, so that a watcher never runs inside SetServing.
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when this is no longer the state.</summary>
        public Task Ended => _ended.Task;

        public void End() => _ended.SetResult();
    }
}
