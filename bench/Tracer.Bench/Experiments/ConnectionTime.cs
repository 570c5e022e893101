// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What a program notices: the time of one connection on one processor, while somebody watches and while nobody does.</summary>
internal sealed class ConnectionTime : IExperiment
{
    private const int WarmUp = 20_000; // what the daemon runs often is compiled by then
    private const int Connections = 10_000;

    private readonly ConnectionShape _shape;
    private readonly Goal _watched;
    private readonly Goal _quiet;
    private readonly Goal _tcpStates;
    private readonly Goal _alone;

    /// <summary>Of connections that begin and end well, for which there is a goal.</summary>
    public ConnectionTime()
        : this(ConnectionShape.Fin, "", Goal.AtMost("connection-time", 1.15, "us/connection, daemon and one client / without, one pinned core"))
    {
    }

    public ConnectionTime(ConnectionShape shape)
        : this(shape, "-" + shape.Word, Goal.Told("connection-time-" + shape.Word, $"us/connection, daemon and one client / without: {shape.What}"))
    {
    }

    private ConnectionTime(ConnectionShape shape, string suffix, Goal watched)
    {
        _shape = shape;
        _watched = watched;
        _quiet = Goal.Told($"connection-time{suffix}-quiet", "us/connection, daemon without a client / without");
        _tcpStates = Goal.Told($"connection-time{suffix}-tcpstates", "us/connection, tcpstates / without");
        _alone = Goal.Told($"connection-us{suffix}", "us/connection, nobody watching", "us");
    }

    public IReadOnlyList<Goal> Goals => [_watched, _quiet, _tcpStates, _alone];

    public bool IsQuick => _shape == ConnectionShape.Fin;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns, shape: _shape);
        await load.Count(WarmUp);
        double alone = await Measure(load);
        await lab.Alternate($"time of a connection, {_shape.Word}", async () =>
        {
            alone = await Compare(lab, load, _watched, alone, Observer.Watched(lab), WarmUp);
            alone = await Compare(lab, load, _quiet, alone, Observer.Quiet(lab), WarmUp);
            alone = await Compare(lab, load, _tcpStates, alone, Observer.TcpStates(lab), Connections / 10);
        });
    }

    /// <summary>Against both neighbours: a slow drift of the machine cancels out. Returns the second one.</summary>
    private async Task<double> Compare(Lab lab, ConnectionLoad load, Goal goal, double before, Task<Observer> starting, int warmUp)
    {
        double observed;
        await using (await starting)
        {
            await load.Count(warmUp);
            observed = await Measure(load);
        }

        double after = await Measure(load);
        lab.Add(goal, observed / ((before + after) / 2));
        lab.Add(_alone, after / 1000);
        return after;
    }

    private static async Task<double> Measure(ConnectionLoad load) => (await load.Count(Connections)).MedianNs;
}
