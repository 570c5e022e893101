// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>The incident itself: a process leaks sockets until it has no descriptor left. Each of them has to be told with its descriptor.</summary>
internal sealed class DescriptorLimit : IExperiment
{
    private const int MostRounds = 3;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly Goal Missing = Goal.AtMost("descriptor-limit", 0, "sockets in CLOSE_WAIT of a process at its descriptor limit, listed without a descriptor or not at all", "sockets");
    private static readonly Goal Sockets = Goal.Told("descriptor-limit-sockets", "sockets in CLOSE_WAIT that it made", "sockets");
    private static readonly Goal Time = Goal.Told("descriptor-limit-time", "from the last of them until all are told", "s");

    public IReadOnlyList<Goal> Goals => [Missing, Sockets, Time];

    public bool IsQuick => false;

    public Task Run(Lab lab) => lab.Alternate("descriptor limit", async () =>
    {
        await using Observer observer = await Observer.Quiet(lab);
        await using CloseWaitCrowd crowd = await CloseWaitCrowd.ToDescriptorLimit(lab);
        Stopwatch clock = Stopwatch.StartNew();
        int told;
        while ((told = await Told(observer.Daemon!, crowd)) < crowd.Count && clock.Elapsed < LongestWait)
            await lab.Pause(TimeSpan.FromMilliseconds(100));
        lab.Add(Time, clock.Elapsed.TotalSeconds);
        lab.Add(Missing, crowd.Count - told);
        lab.Add(Sockets, crowd.Count);
    }, MostRounds);

    /// <summary>Descriptors, not sockets: one that was told twice does not stand for another.</summary>
    private static async Task<int> Told(Daemon daemon, CloseWaitCrowd crowd)
    {
        List<SocketRecord> sockets = await daemon.List(new SocketFilter { Netns = { crowd.Netns.Inode } });
        return sockets.SelectMany(socket => socket.Holders).Select(holder => (holder.Pid, holder.Fd)).Distinct().Count();
    }
}
