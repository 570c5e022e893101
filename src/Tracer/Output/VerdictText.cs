// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Verdicts and severities in words.</summary>
internal static class VerdictText
{
    public static string Words(Verdict verdict) => verdict switch
    {
        Verdict.NeverAccepted => "never accepted by the program",
        Verdict.EofNotRead => "nobody has read the end of the stream",
        Verdict.EofReadNotClosed => "the program saw the end, and does not close",
        Verdict.HeldElsewhere => "closed by its user, still held by another process",
        Verdict.HalfCloseInUse => "data is still being sent to the peer",
        Verdict.ResetButOpen => "the connection is gone, a descriptor is still open",
        Verdict.ShutdownButOpen => "shut down, a descriptor is still open",
        Verdict.SlowClose => "closed by the program, but late",
        Verdict.Unknown => "no rule fits",
        _ => "nothing to judge",
    };

    /// <summary>In words, then by its name.</summary>
    public static string Describe(Verdict verdict) => verdict == Verdict.Unspecified ? Words(verdict) : $"{Words(verdict)} ({WireNames.Of(verdict)})";

    /// <summary>Why sockets with this verdict need no care; null: they may need it.</summary>
    public static string? WhyHarmless(Verdict verdict) => verdict switch
    {
        Verdict.HalfCloseInUse => "the peer has only stopped sending; what it still receives is in use",
        Verdict.SlowClose => "the program closes them, only late",
        _ => null,
    };

    public static string Paint(Severity severity, string text, Palette palette) => severity switch
    {
        Severity.Critical => palette.Bad(text),
        Severity.Warning => palette.Notable(text),
        Severity.Harmless => palette.Good(text),
        _ => palette.Heading(text),
    };
}
