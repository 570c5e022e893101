// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>
/// Processes that ended during this scan or the one before. A scan may still meet the descriptors of a process whose end was already
/// told: sched_process_exit comes before the files are closed.
/// </summary>
internal sealed class RecentExits(int limit)
{
    private HashSet<ProcessKey> _now = [];
    private HashSet<ProcessKey> _before = [];

    public bool Contains(ProcessKey process) => _now.Contains(process) || _before.Contains(process);

    /// <summary>False if it could not be remembered.</summary>
    public bool TryAdd(ProcessKey process)
    {
        if (_now.Count >= limit)
            return false;
        _now.Add(process);
        return true;
    }

    public void NextScan()
    {
        (_now, _before) = (_before, _now);
        _now.Clear();
    }
}
