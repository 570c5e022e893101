// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>
/// Whether connections that have gone leave anything behind in the daemon. Two things make its heap grow that do not: the collector uses its
/// first generation once, and each program that begins on this host has its code looked at. So it warms up, and steps in which the daemon
/// learned of other code do not count.
/// </summary>
internal sealed class MemoryGrowth : IExperiment
{
    private const int Step = 500_000; // connections
    private const int WarmUp = 2 * Step, Last = 20 * Step;
    private const int LeastSteps = 3;
    private const double BytesPerMb = 1e6;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3); // a pass of the enricher
    private static readonly string[] OfOtherCode = ["unwind_tables", "processes", "stacks"];

    private static readonly Goal Growth = Goal.AtMost("memory-growth", 1.05, $"the daemon's own memory after {Last - WarmUp} connections / before, without steps in which other programs began");
    private static readonly Goal Whole = Goal.Told("memory-growth-whole", $"the same with these steps, after {Last} / after {Step}");

    public IReadOnlyList<Goal> Goals => [Growth, Whole];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await using Observer observer = await Observer.Watched(lab);
        (double first, _) = await Sample(lab, load, observer, Step);
        (double last, string code) = (first, "");
        for (int connections = 2 * Step; connections <= WarmUp; connections += Step)
            (last, code) = await Sample(lab, load, observer, connections);
        double before = last, grown = 0;
        int counted = 0;
        for (int connections = WarmUp + Step; connections <= Last; connections += Step)
        {
            (double memory, string codeAfter) = await Sample(lab, load, observer, connections);
            if (codeAfter == code)
                (grown, counted) = (grown + memory - last, counted + 1);
            (last, code) = (memory, codeAfter);
        }

        lab.Add(Whole, last / first);
        if (counted < LeastSteps)
            throw new BenchException(6, $"other programs began in all but {counted} steps");
        lab.Add(Growth, (before + grown) / before);
    }

    /// <summary>The daemon's memory after so many connections, and how much it knows of the code of programs.</summary>
    private static async Task<(double Memory, string Code)> Sample(Lab lab, ConnectionLoad load, Observer observer, int connections)
    {
        await load.Count(Step);
        await lab.Pause(Settling);
        double memory = ProcessMemory.Own(observer.Pid);
        CloseWait.V1.Bound[] filled = [.. (await observer.Daemon!.Status()).Bounds.Where(bound => bound.Used > 0)];
        lab.Say($"{connections} connections: {memory / BytesPerMb:0.0} MB; {Text(filled)}");
        return (memory, Text(filled.Where(bound => OfOtherCode.Contains(bound.Name))));
    }

    private static string Text(IEnumerable<CloseWait.V1.Bound> bounds) => string.Join(", ", bounds.Select(bound => $"{bound.Name} {bound.Used}"));
}
