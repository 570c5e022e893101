// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Capture;

/// <summary>What the kernel side is told before it is loaded.</summary>
public sealed record CaptureOptions
{
    /// <summary>Nanoseconds of a kernel tick, in which the kernel keeps ages.</summary>
    public required uint TickNs { get; init; }

    /// <summary>Ring buffer, bytes; a power of two and a multiple of the page size.</summary>
    public uint RingBytes { get; init; } = 16 << 20;

    /// <summary>Sockets that have a record at a time; no owner is known of others, and they are counted.</summary>
    public uint MaxRecords { get; init; } = 262_144;

    /// <summary>Stack walks per CPU and second.</summary>
    public uint StackBudget { get; init; } = 4_000;

    /// <summary>Unwind rules of all files together, 8 bytes each.</summary>
    public uint UnwindRows { get; init; } = 2_097_152;

    /// <summary>Sockets to follow; empty: all of the host.</summary>
    public IReadOnlyList<TcpFilter> Scope { get; init; } = [];

    /// <summary>BTF of the running kernel from a file; null: the kernel's own.</summary>
    public string? BtfPath { get; init; }
}
