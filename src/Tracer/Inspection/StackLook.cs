// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>
/// Reads what threads do and walks their stacks, between two looks at where they are: so it is known which of them stood still meanwhile.
/// </summary>
internal sealed class StackLook(uint pid, ThreadWalker walker, ThreadReader threads, IThreadPlaces places, LookTime time)
{
    private const int Rounds = 2; // one that ran during the first, which may have had to read files, may stand still in the second

    private readonly Dictionary<uint, WalkedStack> _stacks = [];

    /// <summary>The stacks of these threads; those that are gone, that give no registers, or for which no time was left, are missing. Null: no registers at all.</summary>
    public Dictionary<uint, WalkedStack>? Walk(IReadOnlyList<uint> tids)
    {
        var waiting = new HashSet<uint>(tids);
        Dictionary<uint, ThreadPlace>? before = places.Read(pid, waiting);
        for (int round = 0; round < Rounds && waiting.Count > 0 && before is not null && !time.IsOver; round++)
        {
            foreach (uint tid in tids.Where(waiting.Contains))
            {
                if (!time.IsOver && before.TryGetValue(tid, out ThreadPlace place) && threads.Read(pid, tid, out ThreadStatus status) == ProcfsStatus.Ok)
                    _stacks[tid] = new WalkedStack(walker.Walk(tid, place.Registers), status, StoodStill: false);
            }

            Dictionary<uint, ThreadPlace>? after = places.Read(pid, waiting);
            foreach (uint tid in tids.Where(tid => StoodStill(tid, before, after)))
            {
                _stacks[tid] = _stacks[tid] with { StoodStill = true };
                waiting.Remove(tid);
            }

            before = after;
        }

        return before is null && _stacks.Count == 0 ? null : _stacks;
    }

    private bool StoodStill(uint tid, Dictionary<uint, ThreadPlace> before, Dictionary<uint, ThreadPlace>? after) =>
        _stacks.ContainsKey(tid) && before.TryGetValue(tid, out ThreadPlace first) && after is not null && after.TryGetValue(tid, out ThreadPlace second)
        && first.StoodStillUntil(second);
}
