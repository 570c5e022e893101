// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>
/// What stacks cost. The numbers go to the output, and from a quiet machine into docs/decisions/0006; asserted are ratios within one run, with room
/// for a machine that is shared.
/// </summary>
public sealed class StackCostTests : KernelTest
{
    private const int Complete = 1; // TCP_STACK_END_COMPLETE, bpf/wire.h
    private const int Frames = 30;
    private const int WorkingSetKiB = 4096; // more than the caches next to the processor hold
    private const double MostOfKernelWalk = 6; // about 1 on a quiet machine
    private const int Connections = 40_000;
    private const double DesignRate = 20_000; // connections a second
    private const double TicksPerSecond = 100; // USER_HZ

    [Fact]
    public async Task A_walk_by_tables_costs_no_more_than_a_few_walks_of_the_same_stack_by_frame_pointers()
    {
        await CostPrograms.Compile();
        await using Daemon daemon = await Daemon.Start();
        if ((await daemon.Status()).Hooks.Single(hook => hook.Fact == "stacks").Rung != "unwind-tables")
            Assert.Skip("not on this kernel: it has no walk by tables");
        foreach (int touch in (int[])[0, WorkingSetKiB])
        {
            WalkCost same = await WalkCost.Measure(daemon, framePointers: true, touchKiB: touch);
            WalkCost without = await WalkCost.Measure(daemon, framePointers: false, touchKiB: touch);
            WalkCost library = await WalkCost.Measure(daemon, framePointers: false, throughLibrary: true, touch);
            Print(touch, ("with frame pointers", same), ("without", without), ("without, through libc", library));
            foreach (WalkCost cost in (WalkCost[])[same, without, library])
            {
                Assert.Equal(Complete, cost.End);
                Assert.InRange(cost.TableFrames, Frames, int.MaxValue);
            }

            Assert.InRange(same.KernelFrames, Frames - 5, same.TableFrames); // it misses those above main() only, and the caller of send()
            Assert.InRange(without.KernelFrames, 0, 3); // why there are tables
            Assert.InRange(same.NetTableNs, 0, MostOfKernelWalk * same.NetKernelNs);
            Assert.InRange(without.NetTableNs, 0, MostOfKernelWalk * same.NetKernelNs);
        }
    }

    [Fact]
    public async Task Stacks_of_a_storm_of_connections_cost_a_part_of_one_processor()
    {
        await CostPrograms.Compile();
        foreach (int budget in (int[])[0, 1_000_000])
        {
            await using NetworkNamespace netns = await NetworkNamespace.Create();
            await using Daemon daemon = await Daemon.Start("--netns", netns.Inode.ToString(CultureInfo.InvariantCulture), "--stack-budget", budget.ToString(CultureInfo.InvariantCulture));
            await using Child statistics = Child.Start(CostPrograms.Statistics, daemon.Pid.ToString(CultureInfo.InvariantCulture));
            await MeasureStorm(netns, daemon, statistics); // the first one sees every stack for the first time
            await Report(budget, daemon, await MeasureStorm(netns, daemon, statistics));
        }
    }

    private sealed record Storm(double PerSecond, double KernelUs, double DaemonUs)
    {
        public double CoresAtDesignRate => (KernelUs + DaemonUs) * DesignRate / 1e6;
    }

    private static async Task<Storm> MeasureStorm(NetworkNamespace netns, Daemon daemon, Child statistics)
    {
        await using Child storm = netns.Start(CostPrograms.Storm, "7000", Connections.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("ready", await storm.ReadLine());
        double kernelBefore = await KernelNs(statistics), daemonBefore = await DaemonSeconds(daemon);
        await storm.WriteLine("go");
        double ns = double.Parse(await storm.ReadLine(TimeSpan.FromSeconds(120)), CultureInfo.InvariantCulture);
        await DaemonIsIdle(daemon);
        double kernel = await KernelNs(statistics) - kernelBefore, user = await DaemonSeconds(daemon) - daemonBefore;
        return new Storm(Connections / ns * 1e9, kernel / Connections / 1e3, user / Connections * 1e6);
    }

    private static async Task Report(int budget, Daemon daemon, Storm storm)
    {
        Dictionary<string, ulong> counters = await daemon.Counters();
        Print($"{storm.PerSecond:0} connections/s, budget {budget}: programs {storm.KernelUs:0.0} us and daemon {storm.DaemonUs:0.0} us each; "
            + $"{storm.CoresAtDesignRate:0.00} processors at {DesignRate:0}/s; "
            + string.Join(", ", counters.Where(counter => counter.Key.Contains("stack", StringComparison.OrdinalIgnoreCase)).Select(counter => $"{counter.Key} {counter.Value}")));
        Assert.InRange(storm.KernelUs, 0.1, double.MaxValue);
        Assert.Equal(budget == 0, counters["stacks_over_budget"] > 0); // the one is the cost of everything else, the other really walks
        Assert.Equal(budget > 0, counters["stacks_submitted"] > 0);
    }

    /// <summary>What is left in the ring belongs to the storm.</summary>
    private static async Task DaemonIsIdle(Daemon daemon)
    {
        double before = -1;
        await Deadline.Until("the daemon has caught up", async () =>
        {
            (double last, before) = (before, await DaemonSeconds(daemon));
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
            return last >= 0 && before - last <= 2 / TicksPerSecond ? "idle" : null;
        });
    }

    private static async Task<double> KernelNs(Child statistics)
    {
        await statistics.WriteLine("");
        return double.Parse((await statistics.ReadLine()).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static async Task<double> DaemonSeconds(Daemon daemon)
    {
        string stat = await File.ReadAllTextAsync($"/proc/{daemon.Pid}/stat");
        string[] afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(afterName[11], CultureInfo.InvariantCulture) + double.Parse(afterName[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static void Print(int touch, params (string Name, WalkCost Cost)[] rows)
    {
        foreach ((string name, WalkCost cost) in rows)
        {
            Print($"{touch} KiB between two walks, target {name}: tables {cost.NetTableNs} ns for {cost.TableFrames} frames, "
                + $"kernel {cost.NetKernelNs} ns for {cost.KernelFrames}, call path {cost.NetPathNs} ns");
        }
    }

    private static void Print(string line) => TestContext.Current.SendDiagnosticMessage("{0}", line);
}
