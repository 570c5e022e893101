// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;
using Tracer.Bpf;
using Tracer.Capture;

namespace Tracer;

/// <summary>Asks the kernel for the end of the processes that hold tracked sockets or their listeners, and of no others.</summary>
public sealed class ProcessWatch(CaptureSession session, PumpCounters counters)
{
    private readonly HashSet<uint> _watched = [];
    private readonly HashSet<uint> _wanted = [];

    /// <summary>From now on these and no others.</summary>
    public void Follow(IReadOnlySet<ProcessKey> processes)
    {
        _wanted.Clear();
        foreach (ProcessKey process in processes)
            _wanted.Add(process.Pid);
        _watched.RemoveWhere(Drop);
        foreach (uint pid in _wanted)
        {
            if (!_watched.Contains(pid) && TryWatch(pid))
                _watched.Add(pid);
        }
    }

    private bool Drop(uint pid)
    {
        if (_wanted.Contains(pid))
            return false;
        session.WatchProcess(pid, watch: false);
        return true;
    }

    private bool TryWatch(uint pid)
    {
        try
        {
            session.WatchProcess(pid, watch: true);
            return true;
        }
        catch (BpfException)
        {
            counters.ProcessWatchesRefused++; // the table is full: the next scan notices the end
            return false;
        }
    }
}
