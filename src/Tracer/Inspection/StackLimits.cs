// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks.Merging;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>Why a thread has no stack, or not all of it: texts for people.</summary>
internal static class StackLimits
{
    public const string TimeOver = "the time for one look was over";
    public const string TooMany = "there are too many threads to walk them all";
    public const string Ended = "it has ended";
    public const string Compat = "those of 32-bit programs are not walked";
    public const string NoRegisters = "its registers are not known";

    public static string OfProcess(ProcfsStatus status) => status switch
    {
        ProcfsStatus.NotPermitted => "the memory of its process may not be read",
        ProcfsStatus.ProcessGone => "its process has no memory of its own, or has ended",
        _ => "the memory of its process cannot be read",
    };

    public static string OfStack(in WalkedStack walked, MergedStack named)
    {
        WalkGaps gaps = walked.Stack.Gaps;
        string[] reasons =
        [
            walked.StoodStill ? "" : "it ran meanwhile: frames may be of different moments",
            gaps.HasFlag(WalkGaps.NoFramePointer) ? "its frame pointer is not known: callers are missing" : "",
            gaps.HasFlag(WalkGaps.GuessedFramePointer) ? "its frame pointer is not known, but guessed: callers may be missing" : "",
            gaps.HasFlag(WalkGaps.NoThreadPointer) ? "its thread pointer is not known: frames of the interpreter are missing" : "",
            gaps.HasFlag(WalkGaps.NoRules) ? "some code has no unwind rules that could be read: callers may be missing" : "",
            gaps.HasFlag(WalkGaps.InterpreterCut) ? "not all frames of the interpreter could be read" : "",
            named.MayImprove ? "names were asked for a moment ago: a later look may have more" : "",
            named.Limitation,
        ];
        return string.Join("; ", reasons.Where(reason => reason.Length > 0));
    }
}
