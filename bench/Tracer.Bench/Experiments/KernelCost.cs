// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What the programs cost inside the kernel, by its own account: no wake-up of a reader, no scheduling, no noise of neighbours.</summary>
internal sealed class KernelCost : IExperiment
{
    private static readonly Goal AgainstTcpStates = Goal.AtMost("kernel-tcpstates", 0.04, "kernel ns/connection, one client / tcpstates");
    private static readonly Goal AgainstTcpLife = Goal.AtMost("kernel-tcplife", 0.12, "kernel ns/connection, one client / tcplife");
    private static readonly Goal AgainstCount = Goal.AtMost("kernel-count", 2.0, "kernel ns/event, one client / bpftrace count()");
    private static readonly Goal QuietAgainstTcpStates = Goal.AtMost("kernel-tcpstates-quiet", 0.04, "kernel ns/connection, nobody watching / tcpstates");
    private static readonly Goal QuietAgainstTcpLife = Goal.AtMost("kernel-tcplife-quiet", 0.12, "kernel ns/connection, nobody watching / tcplife");
    private static readonly Goal QuietAgainstCount = Goal.AtMost("kernel-count-quiet", 2.0, "kernel ns/event, nobody watching / bpftrace count()");
    private static readonly Goal Ours = Goal.Told("kernel-ns", "kernel ns/connection, one client", "ns");
    private static readonly Goal Quiet = Goal.Told("kernel-ns-quiet", "kernel ns/connection, nobody watching", "ns");
    private static readonly Goal Paced = Goal.Told("kernel-ns-paced", "the same at 1000 connections/s, every stack walked", "ns");
    private static readonly Goal TcpStates = Goal.Told("tcpstates-ns", "kernel ns/connection, tcpstates", "ns");
    private static readonly Goal TcpLife = Goal.Told("tcplife-ns", "kernel ns/connection, tcplife", "ns");
    private static readonly Goal Count = Goal.Told("count-ns", "kernel ns/connection, bpftrace count()", "ns");

    public IReadOnlyList<Goal> Goals =>
    [
        AgainstTcpStates, AgainstTcpLife, AgainstCount, QuietAgainstTcpStates, QuietAgainstTcpLife, QuietAgainstCount,
        Ours, Quiet, Paced, TcpStates, TcpLife, Count,
    ];

    public bool IsQuick => true;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await lab.Alternate("kernel time", async () =>
        {
            double ours = await Measure(lab, load, Ours, Observer.Watched(lab));
            double tcpStates = await Measure(lab, load, TcpStates, Observer.TcpStates(lab));
            double quiet = await Measure(lab, load, Quiet, Observer.Quiet(lab), Paced);
            double tcpLife = await Measure(lab, load, TcpLife, Observer.TcpLife(lab));
            double count = await Measure(lab, load, Count, Observer.Count(lab));
            lab.Add(AgainstTcpStates, ours / tcpStates);
            lab.Add(AgainstTcpLife, ours / tcpLife);
            lab.Add(AgainstCount, ours / count);
            lab.Add(QuietAgainstTcpStates, quiet / tcpStates);
            lab.Add(QuietAgainstTcpLife, quiet / tcpLife);
            lab.Add(QuietAgainstCount, quiet / count);
        });
    }

    /// <summary>Nanoseconds for each connection, which are a sample of the goal; with another goal also those of an unhurried one.</summary>
    public static async Task<double> Measure(Lab lab, ConnectionLoad load, Goal goal, Task<Observer> starting, Goal? paced = null)
    {
        await using Observer observer = await starting;
        await using ProgramClock clock = await ProgramClock.Start(lab, observer.Pid);
        double each = await clock.NsPerConnection(load);
        lab.Add(goal, each);
        if (paced is not null)
            lab.Add(paced, await clock.NsPerPacedConnection(load));
        return each;
    }
}
