// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What became of a tracked socket.</summary>
public enum LedgerChangeKind
{
    /// <summary>Was in CLOSE_WAIT before the tracer, or is told again by <see cref="SocketLedger.Replay"/>.</summary>
    Existing,

    /// <summary>The FIN arrived.</summary>
    Entered,

    /// <summary>Holders, readers or queues became known or changed.</summary>
    Updated,

    /// <summary>Still there after 1, 2, 4, 8 ... seconds.</summary>
    Aged,

    /// <summary>Left CLOSE_WAIT; <see cref="TrackedSocket.DescriptorLeftOpen"/> says whether it stays on the books.</summary>
    Exited,

    /// <summary>The descriptor that was left open after the end is gone too.</summary>
    Released,
}
