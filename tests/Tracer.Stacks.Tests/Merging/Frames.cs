// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests.Merging;

/// <summary>Frames by hand.</summary>
internal static class Frames
{
    public static ResolvedFrame Native(string function, string module) =>
        new(function, module, 16, 0x1000, "", "", 0, FrameKind.Native);

    public static ResolvedFrame Code(FrameKind kind, string function, string file = "", uint line = 0) =>
        new(function, "", 0, 0, "", file, line, kind);

    /// <summary>function file:line, or function (module).</summary>
    public static string Text(IEnumerable<ResolvedFrame> frames) => string.Join(" < ", frames.Select(frame => frame switch
    {
        { Kind: FrameKind.Stub } => $"[{frame.Function}]",
        { File.Length: > 0 } => $"{frame.Function} {frame.File}:{frame.Line}",
        { Module.Length: > 0 } => $"{frame.Function} ({frame.Module[(frame.Module.LastIndexOf('/') + 1)..]})",
        { Function.Length: > 0 } => frame.Function,
        _ => $"? {frame.Kind}",
    }));
}
