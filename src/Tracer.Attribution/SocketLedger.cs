// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The books of all sockets in CLOSE_WAIT. Pure and single-writer: one thread calls everything here.</summary>
public sealed class SocketLedger(LedgerOptions options, LedgerChangeSink sink)
{
    private readonly LedgerOptions _options = options;
    private readonly LedgerChangeSink _sink = sink;

    /// <summary>Sockets on the books.</summary>
    public int Count => (int)(Counters.Tracked + Counters.LeftOpen);

    public LedgerCounters Counters { get; } = new();

    /// <summary>Takes the ring kinds ENTER, USE, EXIT and RELEASE.</summary>
    public void Apply(in TcpSocketEvent e) => Counters.Irrelevant++;

    /// <summary>Takes the end of a process.</summary>
    public void Apply(in TcpProcessExit e) => Counters.Irrelevant++;

    /// <summary>Opens a scan; ring events may be applied between its rows.</summary>
    public void BeginScan(ulong ktimeNs, ScanScope scope) => Counters.Irrelevant++;

    public void ApplyRow(in TcpSocketEvent row) => Counters.Irrelevant++;

    public void ApplyRow(in TcpHolder row) => Counters.Irrelevant++;

    public void ApplyRow(in TcpQueued row) => Counters.Irrelevant++;

    /// <summary>Closes a scan. <paramref name="costNs"/>: time the scan itself took; 0: all the time since its begin.</summary>
    public void EndScan(ulong ktimeNs, ulong costNs = 0) => Counters.Scans++;

    /// <summary>Closes a scan that could not be finished: nothing is concluded from what it did not show.</summary>
    public void AbandonScan() => Counters.Irrelevant++;

    /// <summary>Moves the clock: sockets age.</summary>
    public void Tick(ulong ktimeNs) => Counters.Irrelevant += _options.MaxSockets == 0 ? 1UL : 0;

    /// <summary>Tells everything again, after a loss downstream.</summary>
    public void ReplayAll() => _sink(LedgerChangeKind.Existing, default);

    /// <summary>Some socket is older than the settle time and its holders are not known since it entered.</summary>
    public bool NeedsHolderScan(ulong ktimeNs) => false;
}
