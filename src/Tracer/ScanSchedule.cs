// SPDX-License-Identifier: Apache-2.0
namespace Tracer;

/// <summary>Decides when to scan: at the start, on request, after a loss, when holders are wanted, and slowly all the time.</summary>
public sealed class ScanSchedule(TimeSpan period)
{
    private readonly ulong _periodNs = (ulong)period.TotalNanoseconds;
    private ulong _lastBeganNs;
    private int _requested = 1;

    /// <summary>Something was lost since the last scan began.</summary>
    public bool IsLossPending { get; private set; }

    /// <summary>Any thread.</summary>
    public void Request() => Interlocked.Exchange(ref _requested, 1);

    public void NoteLoss(bool lost) => IsLossPending |= lost;

    public bool IsDue(ulong nowNs, int sockets, bool holdersWanted) =>
        Volatile.Read(ref _requested) != 0 || IsLossPending || holdersWanted || (sockets != 0 && nowNs - _lastBeganNs >= _periodNs);

    /// <summary>What was asked for before is served by the scan that begins now.</summary>
    public void Began(ulong nowNs)
    {
        Interlocked.Exchange(ref _requested, 0);
        IsLossPending = false;
        _lastBeganNs = nowNs;
    }
}
