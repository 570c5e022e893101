// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Fanout;

/// <summary>What was lost before the hub, by place, since the daemon started.</summary>
internal sealed class LossTotals
{
    public const int Places = (int)LossPlace.Queue + 1;

    private readonly ulong[] _totals = new ulong[Places];
    private readonly Lock _gate = new();
    private readonly List<WakeSignal> _sleepers = [];

    public ulong this[int place] => Volatile.Read(ref _totals[place]);

    /// <summary>False when the total has not grown.</summary>
    public bool TryRaise(LossPlace place, ulong total)
    {
        ref ulong current = ref _totals[(int)place];
        ulong seen = Volatile.Read(ref current);
        while (total > seen)
        {
            ulong before = Interlocked.CompareExchange(ref current, total, seen);
            if (before == seen)
                return true;
            seen = before;
        }
        return false;
    }

    /// <summary>For a stream that has no subscription of its own to be woken by.</summary>
    public void Add(WakeSignal sleeper)
    {
        lock (_gate)
            _sleepers.Add(sleeper);
    }

    public void Remove(WakeSignal sleeper)
    {
        lock (_gate)
            _sleepers.Remove(sleeper);
    }

    public void WakeAll()
    {
        lock (_gate)
        {
            foreach (WakeSignal sleeper in _sleepers)
                sleeper.Ring();
        }
    }
}
