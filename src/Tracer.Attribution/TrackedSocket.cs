// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Everything known of one socket in CLOSE_WAIT, or ended with a descriptor left open.</summary>
public struct TrackedSocket
{
    public SocketKey Key;

    /// <summary>The newest event or row.</summary>
    public TcpSocketEvent Last;

    /// <summary>When it entered CLOSE_WAIT; the latest possible time if <see cref="AgeIsLowerBound"/>.</summary>
    public ulong EnterKtimeNs;
    public bool AgeIsLowerBound;

    public ulong IdleBeforeFinNs;
    public bool HasIdleBeforeFin;

    /// <summary>From the ages of the last segments, not from the FIN itself.</summary>
    public bool IdleIsInferred;

    /// <summary>Never null, treated as immutable: replaced as a whole.</summary>
    public DescriptorHolder[] Holders;

    /// <summary>When the scan that found <see cref="Holders"/> began; 0: never scanned.</summary>
    public ulong HoldersKtimeNs;

    /// <summary>There may be holders that are not listed: the listed ones have ended, somebody else used it since, or there were too many.</summary>
    public bool HoldersAreIncomplete;

    /// <summary>Never accepted: it has no descriptor and waits in its listener's queue.</summary>
    public bool InAcceptQueue;

    /// <summary>Null: outbound, or not known for certain.</summary>
    public ListenerFacts? Listener;

    public TcpDirection Direction;

    public TcpOrigin OriginKind;

    /// <summary>False once it has ended.</summary>
    public bool InCloseWait;

    public EndReason End;
    public ulong EndKtimeNs;

    public TcpActor Closer;
    public bool HasCloser;

    /// <summary>It ended, and a descriptor is still open.</summary>
    public bool DescriptorLeftOpen;

    /// <summary>By the facts of the last change; None once nothing is open any more.</summary>
    public Verdict Verdict;

    /// <summary>The verdict before the facts changed; None: it had no other one.</summary>
    public Verdict PreviousVerdict;

    /// <summary>The books were full: nothing more will be told of it, not even that the descriptor was closed.</summary>
    public bool IsDropped;
}
