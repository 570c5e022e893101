// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer;

/// <summary>What the pump took, refused and dropped. Written by the pump's thread, readable from any.</summary>
public sealed class PumpCounters
{
    private readonly long[] _rejected = new long[Enum.GetValues<DecodeStatus>().Length];

    /// <summary>Records taken from the ring.</summary>
    public ulong Records { get; internal set; }

    /// <summary>State changes handed to the hub.</summary>
    public ulong Transitions { get; internal set; }

    /// <summary>Changes, stacks and marks that the enricher's queue refused.</summary>
    public ulong QueueDropped { get; internal set; }

    /// <summary>Scans that failed half-way.</summary>
    public ulong ScansFailed { get; internal set; }

    /// <summary>Network namespaces that could not be entered.</summary>
    public ulong NamespacesSkipped { get; internal set; }

    /// <summary>Processes whose end could not be asked for: the kernel's table was full.</summary>
    public ulong ProcessWatchesRefused { get; internal set; }

    /// <summary>Records and rows that could not be decoded, by reason.</summary>
    public ulong Rejected(DecodeStatus reason) => (ulong)Volatile.Read(ref _rejected[(int)reason]);

    internal void Reject(DecodeStatus reason) => _rejected[(int)reason]++;
}
