// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What a socket that is followed costs in memory, on both sides.</summary>
internal sealed class Memory : IExperiment
{
    private const int Sockets = 100_000;
    private const int MostRounds = 3;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3); // a pass of the enricher
    private static readonly TimeSpan LateRelease = TimeSpan.FromSeconds(10); // by RCU, in portions

    private static readonly Goal Kernel = Goal.AtMost("bytes-kernel", 250, $"kernel memory for each of {Sockets} sockets in CLOSE_WAIT", "B");
    private static readonly Goal User = Goal.AtMost("bytes-user", 160, "the daemon's memory for each", "B");

    public IReadOnlyList<Goal> Goals => [Kernel, User];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await lab.Alternate("memory", async () =>
        {
            double without = await ReleasedAtEnd(lab, 0), with = await ReleasedAtEnd(lab, Sockets);
            lab.Add(Kernel, (with - without) / Sockets);
        }, MostRounds);
    }

    /// <summary>
    /// Bytes that the kernel gets back when the daemon ends: the sockets themselves stay. What other programs allocate meanwhile is
    /// noise, little beside so many sockets.
    /// </summary>
    private static async Task<double> ReleasedAtEnd(Lab lab, int sockets)
    {
        await using Observer observer = await Observer.Quiet(lab);
        double ownBefore = ProcessMemory.Own(observer.Pid);
        await using CloseWaitCrowd crowd = await CloseWaitCrowd.Start(lab, sockets);
        await ProcessTime.UntilIdle(observer.Pid);
        await lab.Pause(Settling);
        if (sockets > 0)
            lab.Add(User, (ProcessMemory.Own(observer.Pid) - ownBefore) / sockets);
        double before = SlabBytes();
        await observer.DisposeAsync();
        await lab.Pause(LateRelease);
        return before - SlabBytes();
    }

    /// <summary>Objects in use, not pages: those that stay lie between those that go. Columns of /proc/slabinfo: name, objects in use, all objects, bytes of one.</summary>
    private static double SlabBytes() => File.ReadLines("/proc/slabinfo")
        .Where(line => line.StartsWith("kmalloc", StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Sum(words => double.Parse(words[1], CultureInfo.InvariantCulture) * double.Parse(words[3], CultureInfo.InvariantCulture));
}
