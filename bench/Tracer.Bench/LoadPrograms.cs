// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>The C programs in bench/loads, and two of the kernel tests', compiled when a source has changed.</summary>
internal static class LoadPrograms
{
    private static readonly string[] Flags = ["-std=gnu17", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-pthread"];

    private static readonly string Loads = Path.Combine(Repository.Root, "bench", "loads");
    private static readonly string Targets = Path.Combine(Repository.Root, "tests", "Tracer.Kernel.Tests", "Targets");
    private static readonly string Cost = Path.Combine(Targets, "cost");

    private static readonly Dictionary<string, string[]> Sources = new()
    {
        ["connections"] = [Path.Combine(Loads, "connections.c")],
        ["drain"] = [Path.Combine(Loads, "drain.c")],
        ["bounded"] = [Path.Combine(Loads, "bounded.c")],
        ["closewaits"] = [Path.Combine(Loads, "closewaits.c")],
        ["pingpong"] = [Path.Combine(Loads, "pingpong.c")],
        ["latency"] = [Path.Combine(Targets, "latency.c")],
        ["progstats"] = [Path.Combine(Cost, "progstats.c"), Path.Combine(Cost, "held.c"), "-lbpf"],
    };

    public static string PathOf(string program) => Path.Combine(Repository.Artifacts, "loads", program);

    public static async Task Compile()
    {
        Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "loads"));
        DateTime newest = ((string[])[Loads, Targets, Cost]).SelectMany(Directory.GetFiles).Max(File.GetLastWriteTimeUtc);
        foreach ((string program, string[] sources) in Sources)
        {
            if (File.GetLastWriteTimeUtc(PathOf(program)) <= newest)
                await Command.MustRun("gcc", [.. Flags, "-o", PathOf(program), .. sources]);
        }
    }
}
