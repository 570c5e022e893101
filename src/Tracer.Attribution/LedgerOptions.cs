// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>The bounds and periods of a <see cref="SocketLedger"/>.</summary>
public sealed record LedgerOptions
{
    /// <summary>Sockets in CLOSE_WAIT.</summary>
    public int MaxSockets { get; init; } = 262_144;

    /// <summary>Sockets that ended with a descriptor left open.</summary>
    public int MaxLeftOpen { get; init; } = 65_536;

    /// <summary>Listening sockets remembered from the last scan.</summary>
    public int MaxListeners { get; init; } = 65_536;

    /// <summary>Holder rows kept in one scan.</summary>
    public int MaxHolders { get; init; } = 1_048_576;

    /// <summary>Endings remembered while a scan runs, so that its older rows raise no ghost.</summary>
    public int MaxTombstones { get; init; } = 262_144;

    /// <summary>Age at which a socket is worth a scan of descriptor tables: a healthy program has closed by then.</summary>
    public ulong SettleTimeNs { get; init; } = 50_000_000;

    /// <summary>False: events never name a task, so that a close and the end of a process look the same.</summary>
    public bool KnowsTasks { get; init; } = true;

    /// <summary>Scans asked for by <see cref="SocketLedger.NeedsHolderScan"/> take at most one part in this many of the time.</summary>
    public uint ScanTimeDivisor { get; init; } = 10;
}
