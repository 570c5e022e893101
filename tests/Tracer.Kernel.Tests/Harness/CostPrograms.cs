// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
namespace Tracer.Kernel.Tests.Harness;

/// <summary>What measures the cost of stack walks (Targets/cost): as optimised as what is watched in production.</summary>
internal static class CostPrograms
{
    private const string WithoutFramePointers = "-fomit-frame-pointer";

    private static readonly string[] Flags = ["-std=gnu17", "-O2", "-g", "-fno-optimize-sibling-calls", "-Wall", "-Wextra", "-Werror", "-pthread"];

    private static readonly string[] BpfFlags =
        ["-g", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-target", "bpf", "-D__TARGET_ARCH_x86", "-mcpu=v3"];

    private static readonly string Sources = Path.Combine(Repository.Sources, "Targets", "cost");

    /// <summary>Both walks with a clock around them.</summary>
    public static string WalkObject => TargetPrograms.PathOf("walk.bpf.o");

    public static string Walk(bool framePointers) => TargetPrograms.PathOf(framePointers ? "walkcost-fp" : "walkcost");

    public static string Storm => TargetPrograms.PathOf("storm");

    public static string Statistics => TargetPrograms.PathOf("progstats");

    public static async Task Compile()
    {
        await Gcc(Walk(framePointers: true), ["walkcost.c", "held.c"], "-fno-omit-frame-pointer");
        await Gcc(Walk(framePointers: false), ["walkcost.c", "held.c"], WithoutFramePointers);
        await Gcc(Storm, ["storm.c"], WithoutFramePointers);
        await Gcc(Statistics, ["progstats.c", "held.c"], WithoutFramePointers);
        string clang = Environment.GetEnvironmentVariable("CLANG") is { Length: > 0 } chosen ? chosen : "clang-16";
        await Command.MustRun(clang, [.. BpfFlags, "-I" + Path.Combine(Repository.Root, "bpf"), "-idirafter", "/usr/include/x86_64-linux-gnu",
            "-c", Path.Combine(Sources, "walk.bpf.c"), "-o", WalkObject]);
    }

    private static Task Gcc(string output, string[] sources, string framePointers) =>
        Command.MustRun("gcc", [.. Flags, framePointers, "-o", output, .. sources.Select(source => Path.Combine(Sources, source)), "-lbpf"]);
}
