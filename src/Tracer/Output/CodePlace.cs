// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Role = CloseWait.V1.Site.Types.Role;

namespace Tracer.Output;

/// <summary>A place in the code: in one row, or with the frames around its line.</summary>
internal sealed class CodePlace(LabelledText text, OutputStyle style)
{
    private const int FirstFrames = 3;
    private const int CallerLimit = 3;
    private const string Mark = "> ";
    private const string Unmarked = "  ";

    /// <summary>Who was there, and the frames around the line to show.</summary>
    /// <param name="site">The place.</param>
    /// <param name="doing">What its thread does now; null: when it was there.</param>
    public void Write(Site site, string? doing = null)
    {
        if (site.Actor is not { Stack.Count: > 0 } actor)
        {
            WriteRow(site);
            return;
        }
        text.Write(Label(site.Role), $"{doing ?? Introduce(actor)}{Request(site)}:", hang: 2);
        WriteFrames(actor);
    }

    /// <summary>Its line and the callers of that, in one row.</summary>
    public void WriteRow(Site site)
    {
        string label = Label(site.Role);
        string row = TargetText.Clean(site.Label) + Callers(site.Actor) + Request(site);
        if (row.StartsWith(label + " ", StringComparison.Ordinal))
            row = row[(label.Length + 1)..];
        text.Write(label, row.Length > 0 ? row : "not known", hang: 2);
    }

    // The line to show with its neighbours: what it called, and from where it was called.
    private void WriteFrames(Actor actor)
    {
        int user = StackText.UserFrame(actor) is null ? -1 : (int)actor.UserFrame;
        int first = user < FirstFrames ? 0 : user;
        if (first > 0)
            text.Write("", Unmarked + Called(actor.Stack, user), hang: 4);
        int end = Math.Min(actor.Stack.Count, user < 0 ? FirstFrames : user + 2);
        for (int i = first; i < end; i++)
        {
            int callers = i == end - 1 ? actor.Stack.Count - end : 0;
            string outer = callers == 0 ? "" : $", {callers} more {(callers == 1 ? "caller" : "callers")}";
            // The path is told of the line to look at alone.
            if (i == user)
                text.WriteNotable(Mark + StackText.Line(actor.Stack[i]) + outer, hang: 4);
            else
                text.Write("", Unmarked + Neighbour(actor.Stack[i]) + outer, hang: 4);
        }
        // Of no interest once the line is found.
        if (user < 0 && StackEndText.Describe(actor) is { } why)
            text.Write("", Unmarked + why, hang: 4);
    }

    // What the line called; where only its interpreter's own code comes next, what that led to.
    private static string Called(IReadOnlyList<Frame> stack, int user)
    {
        bool isInterpreter = stack[user].Kind is not (FrameKind.Native or FrameKind.Unspecified)
            && stack[user - 1].Kind is (FrameKind.Native or FrameKind.Stub or FrameKind.Unspecified);
        return isInterpreter ? $"{Neighbour(stack[0])}, {user - 1} more between" : $"{Neighbour(stack[user - 1])}, {user - 1} more within";
    }

    private static string Neighbour(Frame frame) => frame.File.Length > 0 ? StackText.ShortLine(frame) : StackText.Line(frame);

    private string Introduce(Actor actor)
    {
        string when = actor.Time is null ? "" : $" at {style.Clock(actor.Time)}";
        string how = actor.Source == Source.Adopted ? ", inferred from first use" : "";
        return $"for example by {SocketText.Actor(actor)}{when}{how}";
    }

    private static string Request(Site site)
    {
        string request = site.Request.Length > 0 ? site.Request : site.Actor?.Request ?? "";
        return request.Length == 0 ? "" : $", serving {TargetText.Clean(request)}";
    }

    // The label names the line itself.
    private static string Callers(Actor? actor)
    {
        if (actor is null || StackText.UserFrame(actor) is null)
            return "";
        string[] callers = [.. actor.Stack.Skip((int)actor.UserFrame + 1).Where(frame => !StackText.IsSystemLibrary(frame)).Select(StackText.ShortPlace)];
        string path = string.Concat(callers.Take(CallerLimit).Select(place => " < " + place));
        return callers.Length > CallerLimit ? path + " < ..." : path;
    }

    private static string Label(Role role) => role switch
    {
        Role.Connect => "opened",
        Role.Accept => "accepted",
        Role.Listener => "listener",
        Role.Existed => "opened",
        Role.EofRead => "EOF read",
        Role.LastRead => "last read",
        Role.Blocked => "blocked",
        Role.Close => "closed",
        _ => "code",
    };
}
