// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What a program notices: the time of one connection on one processor, while somebody watches and while nobody does.</summary>
internal sealed class ConnectionTime : IExperiment
{
    private const int WarmUp = 20_000; // what the daemon runs often is compiled by then
    private const int Connections = 10_000;

    private static readonly Goal Watched = Goal.AtMost("connection-time", 1.15, "us/connection, daemon and one client / without, one pinned core");
    private static readonly Goal Quiet = Goal.Told("connection-time-quiet", "us/connection, daemon without a client / without");
    private static readonly Goal TcpStates = Goal.Told("connection-time-tcpstates", "us/connection, tcpstates / without");
    private static readonly Goal Alone = Goal.Told("connection-us", "us/connection, nobody watching", "us");

    public IReadOnlyList<Goal> Goals => [Watched, Quiet, TcpStates, Alone];

    public bool IsQuick => true;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await load.Count(WarmUp);
        double alone = await Measure(load);
        await lab.Alternate("time of a connection", async () =>
        {
            alone = await Compare(lab, load, Watched, alone, Observer.Watched(lab), WarmUp);
            alone = await Compare(lab, load, Quiet, alone, Observer.Quiet(lab), WarmUp);
            alone = await Compare(lab, load, TcpStates, alone, Observer.TcpStates(lab), Connections / 10);
        });
    }

    /// <summary>Against both neighbours: a slow drift of the machine cancels out. Returns the second one.</summary>
    private static async Task<double> Compare(Lab lab, ConnectionLoad load, Goal goal, double before, Task<Observer> starting, int warmUp)
    {
        double observed;
        await using (await starting)
        {
            await load.Count(warmUp);
            observed = await Measure(load);
        }

        double after = await Measure(load);
        lab.Add(goal, observed / ((before + after) / 2));
        lab.Add(Alone, after / 1000);
        return after;
    }

    private static async Task<double> Measure(ConnectionLoad load) => (await load.Count(Connections)).MedianNs;
}
