// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What to say of a verdict on one socket.</summary>
public static class VerdictTexts
{
    /// <summary>The reasons for the verdict, strongest first; then what is not known.</summary>
    public static IReadOnlyList<Evidence> Explain(in TrackedSocket socket, INameSource names, ulong nowKtimeNs)
    {
        EvidenceLines lines = new(names, nowKtimeNs);
        Verdict verdict = VerdictOf(in socket, nowKtimeNs);
        AddReasons(lines, in socket, verdict);
        if (verdict is not (Verdict.None or Verdict.NeverAccepted or Verdict.HeldElsewhere or Verdict.Unknown))
            lines.AddHolders(in socket);
        lines.AddOrigin(in socket);
        lines.AddIdle(in socket);
        return lines.ToList();
    }

    /// <summary>What to do, best first.</summary>
    public static IReadOnlyList<string> Advise(in TrackedSocket socket, INameSource names)
    {
        Verdict verdict = VerdictOf(in socket, socket.Last.Event.KtimeNs);
        return verdict switch
        {
            Verdict.NeverAccepted => VerdictAdvice.ForNeverAccepted(in socket, names),
            Verdict.EofNotRead => VerdictAdvice.ForEofNotRead(in socket, names),
            Verdict.EofReadNotClosed => VerdictAdvice.ForEofReadNotClosed(in socket, names),
            Verdict.HeldElsewhere => VerdictAdvice.ForHeldElsewhere(in socket, names),
            Verdict.HalfCloseInUse => VerdictAdvice.ForHalfClose(in socket),
            Verdict.ResetButOpen => VerdictAdvice.ForReset(in socket, names),
            Verdict.ShutdownButOpen => VerdictAdvice.ForShutdown(in socket, names),
            Verdict.Unknown => VerdictAdvice.ForUnknown,
            _ => [],
        };
    }

    /// <summary>The innocent reading: what follows "harmless when".</summary>
    public static string HarmlessWhen(Verdict verdict) => verdict switch
    {
        Verdict.NeverAccepted => "the program was only busy for a moment and accepts them soon, or has just been started",
        Verdict.EofNotRead => "the program is still at work for this connection and reads the end when it is done, or its pool tests connections before it uses them",
        Verdict.EofReadNotClosed => "the program still prepares an answer for a peer that has only finished sending, or closes in batches",
        Verdict.HeldElsewhere => "the socket was handed over on purpose, and its new holder uses or closes it, or ends soon",
        Verdict.HalfCloseInUse => "the peer has finished sending and still receives, which is what a half-close is for; not when it no longer acknowledges",
        Verdict.ResetButOpen => "the program has had no reason to touch it since, and closes it at its next use",
        Verdict.ShutdownButOpen => "the program lingers: it waits for the peer to finish, and closes a moment later",
        Verdict.SlowClose => "the work between the end of the stream and the close is meant to take that long",
        Verdict.Unknown => "the descriptor is on its way from one process to another, or a program that uses io_uring closes it",
        _ => "",
    };

    // What was told is explained, also when time has passed since.
    private static Verdict VerdictOf(in TrackedSocket socket, ulong nowKtimeNs) =>
        socket.Verdict == Verdict.None ? VerdictRules.Judge(in socket, nowKtimeNs) : socket.Verdict;

    private static void AddReasons(EvidenceLines lines, in TrackedSocket socket, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.NeverAccepted:
                VerdictEvidence.AddNeverAccepted(lines, in socket);
                break;
            case Verdict.EofNotRead:
                VerdictEvidence.AddEofNotRead(lines, in socket);
                break;
            case Verdict.EofReadNotClosed or Verdict.SlowClose:
                VerdictEvidence.AddEofRead(lines, in socket);
                break;
            case Verdict.HeldElsewhere:
                VerdictEvidence.AddHeldElsewhere(lines, in socket);
                break;
            case Verdict.HalfCloseInUse:
                VerdictEvidence.AddHalfClose(lines, in socket);
                break;
            case Verdict.Unknown:
                VerdictEvidence.AddUnheld(lines, in socket);
                break;
            default:
                VerdictEvidence.AddEnd(lines, in socket);
                lines.AddEofRead(in socket);
                lines.AddLastRead(in socket);
                break;
        }
    }
}
