// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What the daemon computes for each state change, from the ring to the socket of a client, and what each further client adds.</summary>
internal sealed class CpuPerEvent : IExperiment
{
    private const double UsPerSecond = 1e6, NsPerUs = 1e3;
    private const int FewRate = 2_000, ManyRate = 400; // connections/s: the clients, all in this process, have to follow
    private const uint OtherPorts = 20_000; // nobody uses them
    private const int Few = 10, Many = 100;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    private static readonly Goal User = Goal.AtMost("cpu-per-event", 0.5, "user time of the daemon per event, one client, one core makes them", "us");
    private static readonly Goal All = Goal.Told("cpu-per-event-all", "the same with its time in the kernel", "us");
    private static readonly Goal FewAdded = Goal.AtMost("subscribers-10", 0.1, $"time per event that each of {Few} clients with different filters adds", "us");
    private static readonly Goal ManyAdded = Goal.AtMost("subscribers-100", 0.1, $"time per event that each of {Many} clients with different filters adds", "us");

    public IReadOnlyList<Goal> Goals => [User, All, FewAdded, ManyAdded];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await using Observer observer = await Observer.Quiet(lab);
        Daemon daemon = observer.Daemon!;
        await WithClients(daemon, 1, async () => (await load.For(Time)).MedianNs); // what runs often is compiled by then
        await lab.Alternate("processor time per event", async () =>
        {
            await WithClients(daemon, 1, () => MeasureFast(lab, daemon, load));
            lab.Add(FewAdded, await Added(Few, FewRate));
            lab.Add(ManyAdded, await Added(Many, ManyRate));
        });

        async Task<double> Added(int clients, int rate)
        {
            double one = await WithClients(daemon, 1, () => MeasurePaced(daemon, load, rate));
            return (await WithClients(daemon, clients, () => MeasurePaced(daemon, load, rate)) - one) / (clients - 1);
        }
    }

    /// <summary>Filters that are all different, and that all let everything pass: each client gets every event.</summary>
    private static async Task<double> WithClients(Daemon daemon, int count, Func<Task<double>> measure)
    {
        List<TransitionReader> clients = [];
        try
        {
            for (uint i = 0; i < count; i++)
                clients.Add(await TransitionReader.Start(daemon, new SocketFilter { Ports = { ConnectionLoad.FirstPort, OtherPorts + i } }));
            return await measure();
        }
        finally
        {
            foreach (TransitionReader client in clients)
                await client.DisposeAsync();
        }
    }

    private static async Task<double> MeasureFast(Lab lab, Daemon daemon, ConnectionLoad load)
    {
        double user = ProcessTime.User(daemon.Pid), kernel = ProcessTime.Kernel(daemon.Pid);
        LoadResult result = await load.For(Time);
        await ProcessTime.UntilIdle(daemon.Pid);
        double events = result.Connections * ConnectionLoad.ChangesOfAConnection;
        user = ProcessTime.User(daemon.Pid) - user;
        kernel = ProcessTime.Kernel(daemon.Pid) - kernel;
        lab.Add(User, user / events * UsPerSecond);
        lab.Add(All, (user + kernel) / events * UsPerSecond);
        return user / events;
    }

    private static async Task<double> MeasurePaced(Daemon daemon, ConnectionLoad load, int rate)
    {
        double before = ThreadTime.OfAll(daemon.Pid);
        LoadResult result = await load.Paced(rate, Time);
        await Task.Delay(TimeSpan.FromMilliseconds(100)); // what is under way
        return (ThreadTime.OfAll(daemon.Pid) - before) / (result.Connections * ConnectionLoad.ChangesOfAConnection) / NsPerUs;
    }
}
