// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>
/// Looks what the threads of a process do, one process at a time: their states, what they wait for, and their stacks. Nothing is stopped, signalled or
/// asked; memory is read from outside.
/// </summary>
public sealed class ThreadInspector(InspectionSources sources, InspectionOptions? options = null) : IDisposable
{
    private static readonly TimeSpan DisposePatience = TimeSpan.FromSeconds(5);

    private readonly InspectionOptions _options = options ?? new InspectionOptions();
    private readonly SemaphoreSlim _turn = new(1);
    private int _waiting;

    public InspectionCounters Counters { get; } = new();

    /// <summary>Who waits for a turn now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public int MaxWaiting => _options.MaxWaiting;

    /// <summary>The unwind rules that are kept between looks.</summary>
    public UnwindTableUsage ReadTableUsage() => sources.Tables.ReadUsage();

    /// <summary>Null: too many others are waiting, or it was not our turn in time.</summary>
    public async Task<ThreadInspection?> InspectAsync(uint pid, IReadOnlyList<uint> tids, bool omitStacks, CancellationToken cancellationToken)
    {
        if (!await TryTakeTurnAsync(cancellationToken))
        {
            Counters.CountRefused();
            return null;
        }

        Counters.CountInspection();
        var look = new ProcessLook(sources, new InspectionRequest(pid, tids, omitStacks), _options, Counters);
        // The turn ends with the look, not with the client that no longer waits for it.
        Task<ThreadInspection> running = Task.Run(
            () =>
            {
                try
                {
                    return look.Run();
                }
                finally
                {
                    _turn.Release();
                }
            },
            CancellationToken.None);
        try
        {
            return await running.WaitAsync(_options.LongestAnswer, cancellationToken);
        }
        catch (TimeoutException)
        {
            Counters.CountTimedOut();
            return look.Snapshot();
        }
    }

    /// <summary>Waits for the look that is going on: it uses what will be taken down next.</summary>
    public void Dispose()
    {
        if (_turn.Wait(DisposePatience))
            _turn.Dispose();
    }

    private async Task<bool> TryTakeTurnAsync(CancellationToken cancellationToken)
    {
        if (_turn.Wait(0, CancellationToken.None))
            return true;
        try
        {
            return Interlocked.Increment(ref _waiting) <= _options.MaxWaiting && await _turn.WaitAsync(_options.LongestWait, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
