// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Medians of walking one stack in both ways, in nanoseconds (Targets/cost/walkcost.c).</summary>
internal sealed record WalkCost(int ClockNs, int KernelNs, int TableNs, int PathNs, int KernelFrames, int TableFrames, int End, int Flags)
{
    private const int Sends = 5000;

    /// <summary>By the kernel's frame pointers; without the two readings of the clock.</summary>
    public int NetKernelNs => KernelNs - ClockNs;

    /// <summary>By the product's tables; without the two readings of the clock.</summary>
    public int NetTableNs => TableNs - ClockNs;

    /// <summary>Of the name that spares most walks.</summary>
    public int NetPathNs => PathNs - ClockNs;

    /// <param name="daemon">Whose tables are used.</param>
    /// <param name="framePointers">Whether the target has them, so that the kernel's walk sees as many frames.</param>
    /// <param name="throughLibrary">Whether each fourth function is called by the C library, which has none.</param>
    /// <param name="touchKiB">Memory written between two walks.</param>
    public static async Task<WalkCost> Measure(Daemon daemon, bool framePointers, bool throughLibrary = false, int touchKiB = 0)
    {
        string line = await Command.MustRun(CostPrograms.Walk(framePointers), CostPrograms.WalkObject, Text(daemon.Pid), Text(Sends), Text(touchKiB),
            throughLibrary ? "library" : "direct");
        string[] words = line.Split(' ', StringSplitOptions.TrimEntries);
        Dictionary<string, string> values = words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        int Value(string name) => int.Parse(values[name], CultureInfo.InvariantCulture);
        return new WalkCost(Value("clock"), Value("kernel"), Value("hybrid"), Value("path"), Value("kernel-frames"), Value("hybrid-frames"), Value("end"), Value("flags"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
