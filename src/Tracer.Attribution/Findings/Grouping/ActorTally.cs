// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Wire;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Which tasks did the same thing to how many sockets, and from where.</summary>
internal sealed class ActorTally
{
    private const int MostKinds = 4096; // of the rest only the number is kept

    private readonly Dictionary<(ProcessKey Process, uint Tid, ulong StackId), (TcpActor Actor, ulong Count)> _actors = [];

    /// <summary>Sockets to which somebody did it.</summary>
    public ulong Count { get; private set; }

    public void Add(in TcpActor actor, ulong count = 1)
    {
        if (actor.Pid == 0)
            return;
        Count += count;
        (ProcessKey, uint, ulong) key = (ProcessKey.Of(in actor), actor.Tid, actor.StackId);
        if (_actors.Count >= MostKinds && !_actors.ContainsKey(key))
            return;
        ref (TcpActor Actor, ulong Count) tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_actors, key, out _);
        if (actor.KtimeNs >= tally.Actor.KtimeNs)
            tally.Actor = actor;
        tally.Count += count;
    }

    public void Add(ActorTally other)
    {
        foreach ((TcpActor actor, ulong count) in other._actors.Values)
            Add(in actor, count);
        Count += other.Count - other._actors.Values.Aggregate(0UL, (sum, tally) => sum + tally.Count);
    }

    /// <summary>The place most of them did it in; null: no line is known.</summary>
    public Site? FindPlace(SiteRole role, INameSource names, out ulong count)
    {
        Dictionary<string, (TcpActor Actor, ulong Count)> lines = [];
        foreach ((TcpActor actor, ulong sockets) in _actors.Values)
        {
            string line = ActorText.Place(in actor, names);
            if (line.Length == 0)
                continue;
            ref (TcpActor Actor, ulong Count) tally = ref CollectionsMarshal.GetValueRefOrAddDefault(lines, line, out _);
            tally = (tally.Actor.KtimeNs > actor.KtimeNs ? tally.Actor : actor, tally.Count + sockets);
        }
        count = 0;
        if (lines.Count == 0)
            return null;
        (string label, (TcpActor Actor, ulong Count) best) = lines.OrderByDescending(line => line.Value.Count).ThenBy(line => line.Key, StringComparer.Ordinal).First();
        count = best.Count;
        return new Site(role, label, best.Actor);
    }

    /// <summary>Threads, those of most sockets first; each with what it did last.</summary>
    public IEnumerable<TcpActor> Threads() =>
        from tally in _actors.Values
        group tally by (ProcessKey.Of(tally.Actor), tally.Actor.Tid) into thread
        orderby thread.Sum(tally => (long)tally.Count) descending, thread.Key.Tid
        select thread.MaxBy(tally => tally.Actor.KtimeNs).Actor;
}
