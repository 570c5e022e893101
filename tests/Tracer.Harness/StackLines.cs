// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Xunit;

namespace Tracer.Harness;

/// <summary>Stacks as lines of text "function file:line", for expectations and for the messages of failures.</summary>
public static class StackLines
{
    public static string[] Of(Actor? actor) => actor is null ? [] : [.. actor.Stack.Select(Line)];

    public static string Describe(SocketRecord socket) =>
        string.Join('\n', Slots(socket).Select(slot => $"{slot.Name}: {Describe(slot.Actor)}"));

    public static string Describe(Actor? actor) =>
        actor is null ? "(none)"
        : actor.Stack.Count == 0 ? actor.StackId == 0 ? "(no stack was taken: see stacks_over_budget and stacks_failed)" : "(its stack was not received: see stacks_missed)"
        : $"[{actor.StackEnd}{(actor.StackFpOnly ? ", fp only" : "")}] {string.Join(" < ", Of(actor))}";

    /// <summary>True when lines that begin like these are among the frames, in this order, innermost first; others may be between.</summary>
    public static bool HasInOrder(Actor? actor, params string[] beginnings)
    {
        int next = 0;
        foreach (string line in Of(actor))
        {
            if (next < beginnings.Length && line.StartsWith(beginnings[next], StringComparison.Ordinal))
                next++;
        }

        return next == beginnings.Length;
    }

    public static void AssertInOrder(Actor? actor, params string[] beginnings) =>
        Assert.True(HasInOrder(actor, beginnings), $"expected {string.Join(" < ", beginnings)} in: {Describe(actor)}");

    /// <summary>The function of the line to show.</summary>
    public static string UserFunction(Actor? actor) => actor is { HasUserFrame: true } ? actor.Stack[(int)actor.UserFrame].Function : "";

    public static IEnumerable<(string Name, Actor? Actor)> Slots(SocketRecord socket) =>
        [("origin", socket.Origin), ("first send", socket.FirstSend), ("last read", socket.LastRead), ("EOF read", socket.EofRead), ("close", socket.Closer)];

    private static string Line(Frame frame)
    {
        string place = frame.File.Length > 0 ? $" {Path.GetFileName(frame.File)}:{frame.Line}" : "";
        return frame.Function.Length > 0 ? frame.Function + place : $"{Path.GetFileName(frame.Module)}+0x{frame.Offset:x}";
    }
}
