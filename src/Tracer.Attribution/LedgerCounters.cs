// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What the ledger holds, refused and repaired. Written by the ledger's thread, readable from any.</summary>
public sealed class LedgerCounters
{
    /// <summary>Sockets in CLOSE_WAIT now.</summary>
    public ulong Tracked { get; internal set; }

    /// <summary>Ended sockets with an open descriptor now.</summary>
    public ulong LeftOpen { get; internal set; }

    /// <summary>Listeners known from the last scan.</summary>
    public ulong Listeners { get; internal set; }

    /// <summary>Sockets in CLOSE_WAIT not taken because <see cref="LedgerOptions.MaxSockets"/> were there.</summary>
    public ulong RefusedSockets { get; internal set; }

    /// <summary>Ended sockets not kept because <see cref="LedgerOptions.MaxLeftOpen"/> were there.</summary>
    public ulong RefusedLeftOpen { get; internal set; }

    /// <summary>Listeners not taken because <see cref="LedgerOptions.MaxListeners"/> were there.</summary>
    public ulong RefusedListeners { get; internal set; }

    /// <summary>Holder rows not taken because <see cref="LedgerOptions.MaxHolders"/> were there.</summary>
    public ulong RefusedHolders { get; internal set; }

    /// <summary>Accept queue rows not taken because <see cref="LedgerOptions.MaxSockets"/> were there.</summary>
    public ulong RefusedQueued { get; internal set; }

    /// <summary>Endings during a scan that were not remembered because <see cref="LedgerOptions.MaxTombstones"/> were there.</summary>
    public ulong RefusedTombstones { get; internal set; }

    /// <summary>Sockets in CLOSE_WAIT found by a later scan than the first: their event was lost.</summary>
    public ulong EntriesFoundByScan { get; internal set; }

    /// <summary>Sockets whose end was noticed by a scan or by a later event only: their event was lost.</summary>
    public ulong ExitsFoundByScan { get; internal set; }

    /// <summary>Rows older than what the ring had already told.</summary>
    public ulong StaleRows { get; internal set; }

    /// <summary>Events of a kind or a socket that is none of the ledger's business.</summary>
    public ulong Irrelevant { get; internal set; }

    /// <summary>Scans completed.</summary>
    public ulong Scans { get; internal set; }

    /// <summary>Sockets that left CLOSE_WAIT because they were closed.</summary>
    public ulong EndsClosed { get; private set; }

    /// <summary>Sockets that left CLOSE_WAIT by shutdown() and stayed open.</summary>
    public ulong EndsShutDown { get; private set; }

    /// <summary>Sockets that left CLOSE_WAIT because their last holder ended.</summary>
    public ulong EndsProcessExit { get; private set; }

    /// <summary>Sockets that left CLOSE_WAIT by a reset from the peer.</summary>
    public ulong EndsReset { get; private set; }

    /// <summary>Sockets that left CLOSE_WAIT because keepalive or retransmission gave up.</summary>
    public ulong EndsTimedOut { get; private set; }

    /// <summary>Sockets that an administrator destroyed in CLOSE_WAIT.</summary>
    public ulong EndsDestroyed { get; private set; }

    /// <summary>Sockets that were closed with the listener in whose queue they waited.</summary>
    public ulong EndsListenerClosed { get; private set; }

    /// <summary>Sockets that left CLOSE_WAIT in a way that was not seen.</summary>
    public ulong EndsUnknown { get; private set; }

    /// <summary>Descriptors left open after the end of their connection that were closed later.</summary>
    public ulong Released { get; internal set; }

    internal void CountEnd(in EndRules.Judgement end)
    {
        switch (end.Reason)
        {
            case EndReason.Closed when end.IsDescriptorLeftOpen:
                EndsShutDown++;
                break;
            case EndReason.Closed:
                EndsClosed++;
                break;
            case EndReason.ProcessExit:
                EndsProcessExit++;
                break;
            case EndReason.ResetByPeer:
                EndsReset++;
                break;
            case EndReason.TimedOut:
                EndsTimedOut++;
                break;
            case EndReason.Destroyed:
                EndsDestroyed++;
                break;
            case EndReason.ListenerClosed:
                EndsListenerClosed++;
                break;
            default:
                EndsUnknown++;
                break;
        }
    }
}
