// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Origins;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.History;

/// <summary>What became of the sockets of one service and origin.</summary>
internal sealed class CloseTally
{
    private CloseTimes? _times;

    public EndCounts Ends { get; } = new();

    /// <summary>Nothing of them is open any more.</summary>
    public ulong Gone { get; private set; }

    public RecentChanges Recent { get; } = new();

    /// <summary>Of those that a task closed.</summary>
    public ulong SlowestNs { get; private set; }

    /// <summary>Who closed that one; all zero when nobody has, or was seen to.</summary>
    public TcpActor SlowestCloser { get; private set; }

    public ulong NotedKtimeNs { get; private set; }

    public ulong? MedianNs => _times?.Quantile(0.5);

    public ulong? P99Ns => _times?.Quantile(0.99);

    /// <summary>Closes by a task that took at least so long.</summary>
    public ulong LateCloses(ulong ns) => _times?.CountFrom(ns) ?? 0;

    /// <summary>It left CLOSE_WAIT.</summary>
    public void NoteEnd(in TrackedSocket socket)
    {
        Ends.Add(socket.End);
        NotedKtimeNs = Math.Max(NotedKtimeNs, socket.EndKtimeNs);
        if (socket.End != EndReason.Closed)
            return;
        ulong ns = socket.EndKtimeNs > socket.EnterKtimeNs ? socket.EndKtimeNs - socket.EnterKtimeNs : 0;
        (_times ??= new CloseTimes()).Add(ns);
        if (ns >= SlowestNs)
            (SlowestNs, SlowestCloser) = (ns, socket.Closer);
    }

    /// <summary>Its last descriptor is gone, or nothing more will be told of it.</summary>
    public void NoteGone(in TrackedSocket socket, ulong ktimeNs)
    {
        Gone++;
        NotedKtimeNs = Math.Max(NotedKtimeNs, ktimeNs);
        Recent.Add(socket.EnterKtimeNs, !OriginRules.IsOlderThanTracing(in socket), ktimeNs);
    }

    public void Add(CloseTally other)
    {
        Gone += other.Gone;
        NotedKtimeNs = Math.Max(NotedKtimeNs, other.NotedKtimeNs);
        Recent.Add(other.Recent);
        Ends.Add(other.Ends);
        if (other._times is { } times)
            (_times ??= new CloseTimes()).Add(times);
        if (other.SlowestNs >= SlowestNs)
            (SlowestNs, SlowestCloser) = (other.SlowestNs, other.SlowestCloser);
    }
}
