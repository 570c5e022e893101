// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Attribution;

namespace Tracer.Inspection;

/// <summary>What a look has found so far: one thread writes, any thread reads.</summary>
internal sealed class ThreadBoard
{
    private readonly Lock _lock = new();
    private ThreadFacts[]? _threads;
    private bool _isTruncated;

    public ThreadFacts this[int index]
    {
        get => _threads![index];

        set
        {
            lock (_lock)
                _threads![index] = value;
        }
    }

    /// <summary>All threads, for the first time.</summary>
    public void Show(ThreadFacts[] threads, bool isTruncated)
    {
        lock (_lock)
            (_threads, _isTruncated) = (threads, isTruncated);
    }

    /// <summary>Says why threads have no stack so far, or will not have one.</summary>
    public void Limit(IEnumerable<int> indexes, string limitation)
    {
        lock (_lock)
        {
            foreach (int index in indexes)
                _threads![index] = _threads[index] with { Limitation = limitation };
        }
    }

    /// <summary>What is known now; null: nothing yet.</summary>
    public ThreadInspection? Read()
    {
        lock (_lock)
            return _threads is null ? null : new ThreadInspection(ThreadInspectionStatus.Ok, "", [.. _threads], _isTruncated);
    }
}
