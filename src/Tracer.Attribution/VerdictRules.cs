// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The verdict on one socket, from its own facts alone. Order and reasons: docs/decisions/0009.</summary>
public static class VerdictRules
{
    /// <summary>
    /// Who sent after the FIN no longer ago than this still uses the connection. The kernel side tells of a send every five seconds; where it
    /// has no hook for them, a scan does every ten.
    /// </summary>
    public const ulong HalfCloseWindowNs = 15_000_000_000;

    /// <summary>None: it has ended and nothing is open.</summary>
    public static Verdict Judge(in TrackedSocket socket, ulong nowKtimeNs)
    {
        if (!socket.InCloseWait)
            return JudgeEnded(in socket);
        if (socket.InAcceptQueue)
            return Verdict.NeverAccepted;
        if (IsSending(in socket, nowKtimeNs))
            return Verdict.HalfCloseInUse;
        if (HolderRules.AreKnown(in socket))
        {
            if (socket.Holders.Length == 0)
                return Verdict.Unknown;
            if (HolderRules.HasUserLeft(in socket))
                return Verdict.HeldElsewhere;
        }
        return socket.Last.Event.UnreadBytes > 0 ? Verdict.EofNotRead : Verdict.EofReadNotClosed;
    }

    /// <summary>A half-close that is not harmless: data sent after the FIN is not acknowledged, and the peer has not been heard for ten seconds.</summary>
    public static bool IsPeerSilent(in TrackedSocket socket) => SendRules.IsPeerSilent(in socket);

    /// <summary>When the verdict may change though no fact does; 0: never.</summary>
    internal static ulong NextJudgementKtimeNs(in TrackedSocket socket, ulong nowKtimeNs) =>
        socket.InCloseWait && !socket.InAcceptQueue && IsSending(in socket, nowKtimeNs)
            ? SendRules.LastAfterFin(in socket).KtimeNs + HalfCloseWindowNs + 1
            : 0;

    private static Verdict JudgeEnded(in TrackedSocket socket)
    {
        if (!socket.DescriptorLeftOpen)
            return Verdict.None;
        return socket.End == EndReason.Closed ? Verdict.ShutdownButOpen : Verdict.ResetButOpen;
    }

    private static bool IsSending(in TrackedSocket socket, ulong nowKtimeNs)
    {
        ulong sent = SendRules.LastAfterFin(in socket).KtimeNs;
        return sent != 0 && nowKtimeNs <= sent + HalfCloseWindowNs;
    }
}
