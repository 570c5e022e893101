// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench.Experiments;

/// <summary>How many connections are left per second when every processor is busy making them, and daemon and client have to share.</summary>
internal sealed class ConnectionRate : IExperiment
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

    private static readonly Goal OfUntraced = Goal.AtLeast("connection-rate", 0.80, "connections/s, all cores busy, daemon and one client / untraced");
    private static readonly Goal OfTcpStates = Goal.AtLeast("rate-tcpstates", 2.5, "connections/s, daemon and one client / tcpstates");
    private static readonly Goal QuietOfUntraced = Goal.Told("connection-rate-quiet", "connections/s, daemon without a client / untraced");
    private static readonly Goal Untraced = Goal.Told("untraced-rate", "connections/s, nobody watching", "/s");

    public IReadOnlyList<Goal> Goals => [OfUntraced, OfTcpStates, QuietOfUntraced, Untraced];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using FullLoad load = await FullLoad.Start(lab);
        await load.RateFor(WarmUp);
        double before = await load.RateFor(Time);
        await lab.Alternate("rate of connections", async () =>
        {
            double watched = await Measure(load, Observer.Watched(lab));
            double after = await load.RateFor(Time);
            double tcpStates = await Measure(load, Observer.TcpStates(lab));
            double quiet = await Measure(load, Observer.Quiet(lab));
            lab.Add(OfUntraced, watched / ((before + after) / 2));
            lab.Add(OfTcpStates, watched / tcpStates);
            before = await load.RateFor(Time);
            lab.Add(QuietOfUntraced, quiet / ((before + after) / 2));
            lab.Add(Untraced, before);
        });
    }

    private static async Task<double> Measure(FullLoad load, Task<Observer> starting)
    {
        await using Observer observer = await starting;
        await load.RateFor(WarmUp);
        return await load.RateFor(Time);
    }
}
