// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Kernel.Tests.Rungs;

/// <summary>Whether a question was answered rightly, wrongly, or by silence.</summary>
internal enum Answer
{
    Unknown,
    Right,
    Wrong,
}

internal static class Answers
{
    public static Answer If(bool isKnown, bool isRight) => !isKnown ? Answer.Unknown : isRight ? Answer.Right : Answer.Wrong;

    /// <summary>This process, and nobody else.</summary>
    public static Answer Who(Actor? actor, int pid) => If(actor is { Pid: > 0 }, actor?.Pid == pid);

    /// <summary>These functions in this order, innermost first; others may be between.</summary>
    public static Answer Where(Actor? actor, params string[] functions) =>
        If(actor is { Stack.Count: > 0 }, actor is not null && functions.SequenceEqual(actor.Stack.Select(frame => frame.Function).Where(functions.Contains)));

    /// <summary>This descriptor, and no other.</summary>
    public static Answer Holder(IReadOnlyCollection<Holder> holders, int pid, int fd) =>
        If(holders.Count > 0, holders.Count == 1 && holders.All(holder => holder.Pid == pid && holder.Fd == fd));
}
