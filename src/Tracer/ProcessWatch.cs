// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Capture;

namespace Tracer;

/// <summary>Asks the kernel for the end of the processes that hold tracked sockets, and of no others.</summary>
public sealed class ProcessWatch(CaptureSession session, PumpCounters counters)
{
    private readonly Dictionary<uint, ulong> _watched = [];
    private readonly List<uint> _stale = [];

    /// <summary>The scan that began then found a tracked socket in this process.</summary>
    public void Follow(uint pid, ulong seenKtimeNs)
    {
        if (_watched.ContainsKey(pid))
        {
            _watched[pid] = seenKtimeNs;
            return;
        }
        try
        {
            session.WatchProcess(pid, watch: true);
            _watched.Add(pid, seenKtimeNs);
        }
        catch (BpfException)
        {
            counters.ProcessWatchesRefused++; // the next scan notices the end
        }
    }

    /// <summary>Drops the processes in which the scan that began then found nothing.</summary>
    public void Sweep(ulong scanKtimeNs)
    {
        _stale.Clear();
        foreach ((uint pid, ulong seen) in _watched)
        {
            if (seen < scanKtimeNs)
                _stale.Add(pid);
        }
        foreach (uint pid in _stale)
        {
            _watched.Remove(pid);
            session.WatchProcess(pid, watch: false);
        }
    }
}
