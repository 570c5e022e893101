// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>When a socket entered CLOSE_WAIT and how long it had been idle, and how well that is known.</summary>
internal static class AgeRules
{
    private const ulong Second = 1_000_000_000;

    public static void Apply(ref TrackedSocket socket, in TcpSocketEvent e)
    {
        ulong ktime = e.Event.KtimeNs;
        bool isExact = e.Record.CloseWaitKtimeNs != 0 || e.Event.Header.Kind == TcpEventKind.CloseWaitEnter;
        socket.AgeIsLowerBound = !isExact;
        if (e.Record.CloseWaitKtimeNs != 0)
            socket.EnterKtimeNs = Math.Min(e.Record.CloseWaitKtimeNs, ktime);
        else if (isExact)
            socket.EnterKtimeNs = ktime;
        else
            socket.EnterKtimeNs = ktime - (IsAge(e.SinceSegmentNs, ktime) ? e.SinceSegmentNs : 0); // the FIN came no later than the last segment
        ApplyIdle(ref socket, in e);
    }

    /// <summary>The first power of two seconds of age after now.</summary>
    public static ulong NextAge(ulong enterKtimeNs, ulong nowKtimeNs)
    {
        ulong seconds = 1;
        ulong age = nowKtimeNs > enterKtimeNs ? nowKtimeNs - enterKtimeNs : 0;
        while (seconds * Second <= age)
            seconds *= 2;
        return enterKtimeNs + seconds * Second;
    }

    private static void ApplyIdle(ref TrackedSocket socket, in TcpSocketEvent e)
    {
        if (e.Record.Flags.Has(TcpRecordFlags.EntrySeen))
        {
            (socket.HasIdleBeforeFin, socket.IdleIsInferred, socket.IdleBeforeFinNs) = (true, false, e.Record.IdleBeforeFinNs);
            return;
        }
        ulong sinceData = Math.Min(e.SinceDataReceivedNs, e.SinceDataSentNs);
        bool isKnown = IsAge(e.SinceDataReceivedNs, e.Event.KtimeNs) && IsAge(e.SinceDataSentNs, e.Event.KtimeNs)
            && e.SinceSegmentNs <= sinceData
            && e.Record.LastSendKtimeNs == 0 // data sent after the FIN: its acknowledgement is the last segment, not the FIN
            && !e.Event.Flags.Has(TcpEventFlags.Probed); // as Go's sockets are every 15 s for as long as they are stuck
        (socket.HasIdleBeforeFin, socket.IdleIsInferred) = (isKnown, isKnown);
        socket.IdleBeforeFinNs = isKnown ? sinceData - e.SinceSegmentNs : 0;
    }

    // Nothing is older than the boot: such a number is a time stamp that was never set.
    private static bool IsAge(ulong ageNs, ulong ktimeNs) => ageNs <= ktimeNs;
}
