// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>What is known of data sent after the FIN, and whether the peer took it.</summary>
internal static class SendRules
{
    // Ages of segments have the resolution of a tick, at most 10 ms, and two of them are compared.
    private const ulong TickSlackNs = 50_000_000;

    private const ulong SilenceNs = 10_000_000_000;

    /// <summary><paramref name="KtimeNs"/> 0: none known. Inferred: from the ages of segments, where no hook saw the program send.</summary>
    internal readonly record struct Send(ulong KtimeNs, bool IsInferred);

    public static Send LastAfterFin(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (record.LastSendKtimeNs != 0)
            return new Send(record.LastSendKtimeNs, IsInferred: false);
        // Who has a first sender is watched by the hook, which saw none since: what leaves now was written before the FIN.
        if (record.FirstSend.Pid != 0)
            return default;
        ulong fin = socket.EnterKtimeNs + TickSlackNs;
        ulong sent = TimeOf(in socket, socket.Last.SinceDataSentNs);
        // Data that nobody acknowledges is sent again and again without the program.
        return sent > fin && LastSegmentKtimeNs(in socket) > fin ? new Send(sent, IsInferred: true) : default;
    }

    /// <summary>Something sent after the FIN is not acknowledged, and nothing has come from the peer for ten seconds.</summary>
    public static bool IsPeerSilent(in TrackedSocket socket)
    {
        ulong heard = LastSegmentKtimeNs(in socket);
        ulong sent = LastAfterFin(in socket).KtimeNs;
        return socket.Last.Event.UnsentBytes > 0 && heard != 0 && heard < sent && heard + SilenceNs <= socket.Last.Event.KtimeNs;
    }

    /// <summary>When the peer was last heard; 0: not known.</summary>
    public static ulong LastSegmentKtimeNs(in TrackedSocket socket) => TimeOf(in socket, socket.Last.SinceSegmentNs);

    // Nothing is older than the boot: such an age is a time stamp that was never set.
    private static ulong TimeOf(in TrackedSocket socket, ulong ageNs) =>
        ageNs < socket.Last.Event.KtimeNs ? socket.Last.Event.KtimeNs - ageNs : 0;
}
