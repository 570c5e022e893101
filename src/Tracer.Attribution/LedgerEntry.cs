// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>A socket on the books and what the ledger needs to keep it there.</summary>
internal struct LedgerEntry
{
    public TrackedSocket Socket;

    /// <summary>Next power of two of its age; 0: it ages no more.</summary>
    public ulong NextAgeKtimeNs;

    /// <summary>When it is old enough to be worth a holder scan; 0: nothing to wait for.</summary>
    public ulong SettleKtimeNs;

    /// <summary>When the verdict may change though no fact does; 0: never.</summary>
    public ulong RejudgeKtimeNs;

    /// <summary>Holders found by a scan that began earlier do not count as complete.</summary>
    public ulong HoldersWantedKtimeNs;

    /// <summary>From a QUEUED row; 0: none seen.</summary>
    public ulong QueuedListenerCookie;

    /// <summary>Number of the last scan that showed it in CLOSE_WAIT.</summary>
    public uint SeenScan;

    public PendingChange Pending;
    public bool IsUsed;
    public bool WantsHolders;

    /// <summary>It has ended, and the last scan found no holder: one more, and it is released.</summary>
    public bool IsFoundUnheld;

    /// <summary>No ENTER event so far: counted as lost until it comes.</summary>
    public bool IsFoundByScan;

    public readonly bool IsAnnounced => Pending is PendingChange.None or PendingChange.Updated;

    public readonly bool HasFreshHolders => Socket.HoldersKtimeNs != 0 && Socket.HoldersKtimeNs >= HoldersWantedKtimeNs;

    public readonly ulong Deadline => Earliest(Earliest(NextAgeKtimeNs, SettleKtimeNs), RejudgeKtimeNs);

    private static ulong Earliest(ulong left, ulong right)
    {
        if (left == 0 || right == 0)
            return left + right;
        return Math.Min(left, right);
    }
}
