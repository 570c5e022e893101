// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Attribution;

/// <summary>Lines of code as text. The same code has the same text after a restart: findings are told apart by it.</summary>
public static class CodeText
{
    // The call into the kernel goes through these; they are never the place a reader looks for.
    private static readonly string[] SystemModules =
        ["libc.so", "libc-2", "libc.musl", "ld-musl", "ld-linux", "libpthread", "linux-vdso", "[vdso]"];

    /// <summary>The line to show of a stack: its user frame, else the innermost place outside system libraries, one with a name first; empty: none.</summary>
    public static string LineToShow(StackReport? stack) => stack is null ? "" : LineToShow(stack.Frames, stack.UserFrame);

    /// <summary>The same of frames, innermost first.</summary>
    public static string LineToShow(IReadOnlyList<StackFrame> frames, int? userFrame)
    {
        if (userFrame is { } index && index >= 0 && index < frames.Count && Line(frames[index]) is { Length: > 0 } line)
            return line;
        StackFrame? mapped = null;
        foreach (StackFrame frame in frames)
        {
            if (frame.Kind == CodeKind.Stub || IsSystemLibrary(frame.Module))
                continue;
            if (frame.Function.Length > 0)
                return Line(frame);
            if (mapped is null && frame.Module.Length > 0)
                mapped = frame;
        }
        return mapped is null ? "" : Line(mapped);
    }

    /// <summary>function (file.ext:12), function, or module+0x10; empty: a bare address, which another run has elsewhere.</summary>
    public static string Line(StackFrame frame)
    {
        string place = Place(frame);
        if (frame.File.Length == 0)
            return place;
        string source = FileName(frame.File) + (frame.Line == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{frame.Line}"));
        return place.Length == 0 ? source : $"{place} ({source})";
    }

    private static string Place(StackFrame frame)
    {
        if (frame.Function.Length > 0)
            return frame.Function;
        return frame.Module.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{FileName(frame.Module)}+0x{frame.Offset:x}");
    }

    private static bool IsSystemLibrary(string module)
    {
        string file = FileName(module);
        return Array.Exists(SystemModules, prefix => file.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static string FileName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
