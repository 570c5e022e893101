// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What a socket that is followed costs in memory, on both sides, and whether those that have gone leave anything behind.</summary>
internal sealed class Memory : IExperiment
{
    private const int Sockets = 100_000;
    private const int WarmUp = 100_000;
    private const int Connections = 400_000;
    private const int MostRounds = 3;
    private const double BytesPerKiB = 1024;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3); // a pass of the enricher
    private static readonly TimeSpan LateRelease = TimeSpan.FromSeconds(10); // by RCU, in portions

    private static readonly Goal Kernel = Goal.AtMost("bytes-kernel", 250, $"kernel memory for each of {Sockets} sockets in CLOSE_WAIT", "B");
    private static readonly Goal User = Goal.AtMost("bytes-user", 160, "the daemon's memory for each", "B");
    private static readonly Goal Growth = Goal.AtMost("memory-growth", 1.05, $"the daemon's own memory after {Connections} more connections / before");

    public IReadOnlyList<Goal> Goals => [Kernel, User, Growth];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await lab.Alternate("memory", async () =>
        {
            double without = await ReleasedAtEnd(lab, 0), with = await ReleasedAtEnd(lab, Sockets);
            lab.Add(Kernel, (with - without) / Sockets);
        }, MostRounds);
        await MeasureGrowth(lab);
    }

    /// <summary>
    /// Bytes that the kernel gets back when the daemon ends: the sockets themselves stay. What other programs allocate meanwhile is
    /// noise, little beside so many sockets.
    /// </summary>
    private static async Task<double> ReleasedAtEnd(Lab lab, int sockets)
    {
        await using Observer observer = await Observer.Quiet(lab);
        double ownBefore = OwnMemory(observer.Pid);
        await using CloseWaitCrowd crowd = await CloseWaitCrowd.Start(lab, sockets);
        await ProcessTime.UntilIdle(observer.Pid);
        await lab.Pause(Settling);
        if (sockets > 0)
            lab.Add(User, (OwnMemory(observer.Pid) - ownBefore) / sockets);
        double before = SlabBytes();
        await observer.DisposeAsync();
        await lab.Pause(LateRelease);
        return before - SlabBytes();
    }

    private static async Task MeasureGrowth(Lab lab)
    {
        lab.Say($"memory after {Connections} connections");
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await using Observer observer = await Observer.Watched(lab);
        await load.Count(WarmUp);
        await lab.Pause(Settling);
        double before = OwnMemory(observer.Pid);
        await load.Count(Connections);
        await lab.Pause(Settling);
        lab.Add(Growth, OwnMemory(observer.Pid) / before);
    }

    private static double OwnMemory(int pid) => Bytes($"/proc/{pid}/status", "RssAnon:");

    /// <summary>Objects in use, not pages: those that stay lie between those that go. Columns of /proc/slabinfo: name, objects in use, all objects, bytes of one.</summary>
    private static double SlabBytes() => File.ReadLines("/proc/slabinfo")
        .Where(line => line.StartsWith("kmalloc", StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Sum(words => double.Parse(words[1], CultureInfo.InvariantCulture) * double.Parse(words[3], CultureInfo.InvariantCulture));

    private static double Bytes(string path, string name) => StatusLine.Number(path, name) * BytesPerKiB;
}
