// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Targets/runtimes/srv.cpp, compiled and stripped in the ways that the tests want, each time under the name "srv" in a folder of its own.</summary>
internal static class NativePrograms
{
    public static readonly string Source = Path.Combine(Repository.Sources, "Targets", "runtimes", "srv.cpp");

    private static readonly string[] Flags = ["-std=gnu++17", "-O2", "-fomit-frame-pointer", "-Wall", "-Wextra", "-Werror"];

    /// <summary>With its symbols, without lines.</summary>
    public static Task<string> Plain() => Make("plain", path => Command.MustRun("g++", [.. Flags, "-o", path, Source]));

    /// <summary>The plain one without its symbols: the code is at the same places.</summary>
    public static async Task<string> Stripped()
    {
        string plain = await Plain();
        return await Make("stripped", path => Command.MustRun("strip", "-o", path, plain));
    }

    /// <summary>With lines and inlined functions.</summary>
    public static Task<string> WithLines() => Make("lines", path => Command.MustRun("g++", [.. Flags, "-g", "-o", path, Source]));

    /// <summary>Number of the source line that ends with a comment.</summary>
    public static int LineOf(string comment) => 1 + Array.FindIndex(File.ReadAllLines(Source), line => line.EndsWith("// " + comment, StringComparison.Ordinal));

    private static async Task<string> Make(string variant, Func<string, Task> make)
    {
        string folder = Path.Combine(TargetPrograms.Folder, variant);
        string path = Path.Combine(folder, "srv");
        Directory.CreateDirectory(folder);
        if (File.GetLastWriteTimeUtc(path) < File.GetLastWriteTimeUtc(Source))
            await make(path);
        return path;
    }
}
