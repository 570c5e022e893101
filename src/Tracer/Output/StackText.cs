// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>User stacks as text, innermost frame first.</summary>
internal static class StackText
{
    // The call into the kernel goes through these; they are never the place a reader looks for.
    private static readonly string[] SystemModules =
        ["libc.so", "libc-2", "libc.musl", "ld-musl", "ld-linux", "libpthread", "linux-vdso", "[vdso]"];

    public static bool IsSystemLibrary(Frame frame)
    {
        string file = FileName(frame.Module);
        return SystemModules.Any(prefix => file.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>The first frame outside libc that has a name, else the first place in a file; null without either.</summary>
    public static string? FirstOwnFunction(IEnumerable<Frame> frames)
    {
        Frame[] own = [.. frames.Where(frame => !IsSystemLibrary(frame))];
        Frame? named = Array.Find(own, frame => frame.Function.Length > 0);
        if (named is not null)
            return TargetText.Clean(named.Function);
        Frame? mapped = Array.Find(own, frame => frame.Module.Length > 0);
        return mapped is null ? null : Place(mapped);
    }

    /// <summary>The innermost own functions, for telling stacks apart on one line.</summary>
    public static string Path(IEnumerable<Frame> frames, int limit)
    {
        string[] places = [.. frames.Where(frame => !IsSystemLibrary(frame)).Select(ShortPlace)];
        string path = string.Join(" < ", places.Take(limit));
        return places.Length > limit ? path + " < …" : path;
    }

    /// <summary>function+0x10 (module) at file:line</summary>
    public static string Line(Frame frame)
    {
        string line = Place(frame);
        if (frame.Function.Length > 0 && frame.Module.Length > 0)
            line += $" ({TargetText.Clean(FileName(frame.Module))})";
        if (frame.File.Length > 0)
            line += $" at {TargetText.Clean(frame.File)}:{frame.Line}";
        return line;
    }

    public static void Write(TextWriter output, Actor actor, string indent, int frameLimit)
    {
        if (frameLimit == 0)
            return;
        foreach (Frame frame in actor.Stack.Take(frameLimit))
            output.WriteLine(indent + Line(frame));
        if (actor.Stack.Count > frameLimit)
            output.WriteLine($"{indent}... {actor.Stack.Count - frameLimit} more");
        else if (actor.Stack.Count > 0 && actor.StackFpOnly)
            output.WriteLine(indent + "(found by frame pointers only: callers may be missing)");
    }

    public static string ShortPlace(Frame frame) =>
        frame.Function.Length > 0 ? TargetText.Clean(frame.Function) : Place(frame);

    private static string Place(Frame frame)
    {
        if (frame.Function.Length > 0)
            return $"{TargetText.Clean(frame.Function)}+0x{frame.Offset:x}";
        return frame.Module.Length > 0
            ? $"{TargetText.Clean(FileName(frame.Module))}+0x{frame.Offset:x}"
            : $"0x{frame.Address:x}";
    }

    public static string FileName(string module) => module[(module.LastIndexOf('/') + 1)..];
}
