// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
namespace Tracer.Kernel.Tests.Harness;

/// <summary>The C programs under observation, and those that help to observe, compiled once and again when a source changes.</summary>
internal static class TargetPrograms
{
    // Frame pointers and no tail calls: stacks are asserted by function name.
    private static readonly string[] Flags =
        ["-std=gnu17", "-O1", "-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-Wall", "-Wextra", "-Werror", "-pthread"];

    private static readonly Dictionary<string, string[]> Sources = new()
    {
        ["target"] = ["target.c", "sockets.c", "processes.c", "crowd.c"],
        ["load"] = ["load.c"],
        ["mixture"] = ["mixture.c"],
        ["latency"] = ["latency.c"],
        ["terminal"] = ["terminal.c"],
    };

    public static string Folder { get; } = Path.Combine(Repository.Artifacts, "targets");

    public static string PathOf(string program) => Path.Combine(Folder, program);

    public static async Task Compile()
    {
        if (Prerequisites.IsPrebuilt)
            return;
        string sources = Path.Combine(Repository.Sources, "Targets");
        DateTime newest = Directory.GetFiles(sources).Max(File.GetLastWriteTimeUtc);
        Directory.CreateDirectory(Folder);
        foreach ((string program, string[] files) in Sources)
        {
            if (File.GetLastWriteTimeUtc(PathOf(program)) > newest)
                continue;
            await Command.MustRun("gcc", [.. Flags, "-o", PathOf(program), .. files.Select(file => Path.Combine(sources, file))]);
        }
    }
}
