// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>User stacks as text, innermost frame first.</summary>
internal static class StackText
{
    private const string Mark = "> "; // the line to show; also where there are no colours

    // The call into the kernel goes through these; they are never the place a reader looks for.
    private static readonly string[] SystemModules =
        ["libc.so", "libc-2", "libc.musl", "ld-musl", "ld-linux", "libpthread", "linux-vdso", "[vdso]"];

    public static bool IsSystemLibrary(Frame frame)
    {
        string file = FileName(frame.Module);
        return SystemModules.Any(prefix => file.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>The frame that the daemon's rules chose as the one to show; null: they chose none.</summary>
    public static Frame? UserFrame(Actor actor) =>
        actor.HasUserFrame && actor.UserFrame < (uint)actor.Stack.Count ? actor.Stack[(int)actor.UserFrame] : null;

    /// <summary>The line to show; without one the first frame outside libc that has a name, else the first place in a file; null without any.</summary>
    public static string? FirstOwnFunction(Actor actor)
    {
        if (UserFrame(actor) is { } user)
            return ShortLine(user);
        Frame[] own = [.. actor.Stack.Where(frame => !IsSystemLibrary(frame))];
        Frame? named = Array.Find(own, frame => frame.Function.Length > 0);
        if (named is not null)
            return TargetText.Clean(named.Function);
        Frame? mapped = Array.Find(own, frame => frame.Module.Length > 0);
        return mapped is null ? null : Place(mapped);
    }

    /// <summary>The innermost own functions, for telling stacks apart on one line.</summary>
    public static string Path(Actor actor, int limit)
    {
        IEnumerable<Frame> own = UserFrame(actor) is null ? actor.Stack : actor.Stack.Skip((int)actor.UserFrame);
        string[] places = [.. own.Where(frame => !IsSystemLibrary(frame)).Select(ShortPlace)];
        string path = string.Join(" < ", places.Take(limit));
        return places.Length > limit ? path + " < …" : path;
    }

    /// <summary>function (file:line), or function+0x10 (module)</summary>
    public static string Line(Frame frame)
    {
        string how = frame.IsInlined ? ", inlined" : "";
        if (frame.File.Length > 0)
            return $"{ShortPlace(frame)} ({TargetText.Clean(frame.File)}{LineNumber(frame)}{how})";
        string line = Place(frame);
        if (frame.Function.Length > 0 && frame.Module.Length > 0)
            line += $" ({TargetText.Clean(FileName(frame.Module))}{how})";
        return line;
    }

    /// <summary>The same with the name of the source file alone.</summary>
    public static string ShortLine(Frame frame)
    {
        string place = ShortPlace(frame);
        return frame.File.Length == 0 ? place : $"{place} ({TargetText.Clean(FileName(frame.File))}{LineNumber(frame)})";
    }

    public static string ShortPlace(Frame frame) =>
        frame.Function.Length > 0 ? TargetText.Clean(frame.Function) : Place(frame);

    public static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Writes the first frames; the line to show is among them in any case.</summary>
    public static void Write(TextWriter output, Actor actor, string indent, int frameLimit, Palette palette)
    {
        if (frameLimit == 0)
            return;
        int count = actor.Stack.Count;
        int user = UserFrame(actor) is null ? -1 : (int)actor.UserFrame;
        bool isFar = user >= frameLimit;
        int shown = Math.Min(count, isFar ? frameLimit - 1 : frameLimit);
        for (int i = 0; i < shown; i++)
            WriteFrame(output, actor.Stack[i], indent, i == user, palette);
        if (isFar)
        {
            WriteGap(output, indent, user - shown);
            WriteFrame(output, actor.Stack[user], indent, isUser: true, palette);
            shown = user + 1;
        }
        WriteGap(output, indent, count - shown);
        if (count > 0 && shown == count && StackEndText.Describe(actor) is { } end)
            output.WriteLine(indent + end);
    }

    private static void WriteFrame(TextWriter output, Frame frame, string indent, bool isUser, Palette palette)
    {
        if (isUser)
            output.WriteLine(indent[Mark.Length..] + palette.Heading(Mark + Line(frame)));
        else
            output.WriteLine(indent + Line(frame));
    }

    private static void WriteGap(TextWriter output, string indent, int frames)
    {
        if (frames > 0)
            output.WriteLine($"{indent}... {frames} more");
    }

    private static string LineNumber(Frame frame) => frame.Line == 0 ? "" : $":{frame.Line}";

    private static string Place(Frame frame)
    {
        if (frame.Function.Length > 0)
            return frame.Module.Length > 0 || frame.Offset > 0 ? $"{TargetText.Clean(frame.Function)}+0x{frame.Offset:x}" : TargetText.Clean(frame.Function);
        if (frame.Module.Length > 0)
            return $"{TargetText.Clean(FileName(frame.Module))}+0x{frame.Offset:x}";
        return frame.Kind is FrameKind.Python or FrameKind.Php or FrameKind.Java && frame.Address == 0 ? "[no name]" : $"0x{frame.Address:x}";
    }
}
