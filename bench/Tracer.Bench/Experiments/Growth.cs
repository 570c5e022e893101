// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>Whether an event costs more when there is more of everything: sockets that are followed, holders of each, different stacks.</summary>
internal sealed class Growth : IExperiment
{
    private const int FewSockets = 1_000, ManySockets = 100_000;
    private const int ManyHolders = 64;
    private const int FewStacks = 10, ManyStacks = 10_000;
    private const int MostRounds = 3;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(4);

    private static readonly Goal Sockets = Goal.AtMost("growth-sockets", 1.5, $"daemon's time per event, {ManySockets} sockets in CLOSE_WAIT / {FewSockets}");
    private static readonly Goal Holders = Goal.AtMost("growth-holders", 1.5, $"daemon's time per event, {FewSockets} sockets with {ManyHolders} holders / 1");
    private static readonly Goal Stacks = Goal.AtMost("growth-stacks", 1.5, $"daemon's time per event, {ManyStacks} different stacks / {FewStacks}");
    private static readonly Goal KernelStacks = Goal.AtMost("growth-stacks-kernel", 1.5, $"us/connection on its core, {ManyStacks} different stacks / {FewStacks}");

    public IReadOnlyList<Goal> Goals => [Sockets, Holders, Stacks, KernelStacks];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await lab.Alternate("growth", async () =>
        {
            (double few, _) = await Measure(lab, netns, FewSockets, 1, FewStacks);
            (double sockets, _) = await Measure(lab, netns, ManySockets, 1, FewStacks);
            (double holders, _) = await Measure(lab, netns, FewSockets, ManyHolders, FewStacks);
            (double fewStacks, double fewUs) = await Measure(lab, netns, 0, 1, FewStacks);
            (double manyStacks, double manyUs) = await Measure(lab, netns, 0, 1, ManyStacks);
            lab.Add(Sockets, sockets / few);
            lab.Add(Holders, holders / few);
            lab.Add(Stacks, manyStacks / fewStacks);
            lab.Add(KernelStacks, manyUs / fewUs);
        }, MostRounds);
    }

    /// <summary>
    /// The daemon's processor time per event, and the time of a connection for who makes it. Without the scan of every ten seconds, which is no cost of an
    /// event, and in some rounds but not in others: <see cref="Inventory"/> has it.
    /// </summary>
    private static async Task<(double Daemon, double Connection)> Measure(Lab lab, NetworkNamespace netns, int sockets, int holders, int stacks)
    {
        await using CloseWaitCrowd crowd = await CloseWaitCrowd.Start(lab, sockets, holders);
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns, stacks: stacks);
        await using Observer observer = await Observer.Watched(lab, "--scan-period", "1h");
        await load.For(WarmUp);
        await ProcessTime.UntilIdle(observer.Pid);
        double before = ThreadTime.OfAll(observer.Pid);
        LoadResult result = await load.For(Time);
        await lab.Pause(WarmUp); // what is under way belongs to it
        return ((ThreadTime.OfAll(observer.Pid) - before) / (result.Connections * ConnectionLoad.ChangesOfAConnection), result.MedianNs);
    }
}
