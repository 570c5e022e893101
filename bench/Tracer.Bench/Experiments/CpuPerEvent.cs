// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What the daemon computes for each state change, from the ring to the socket of a client, and what each further client adds.</summary>
internal sealed class CpuPerEvent : IExperiment
{
    private const double UsPerSecond = 1e6, NsPerUs = 1e3;
    private const int Ports = 100; // the load goes round over them
    private const int Rate = 5_000; // connections/s: an event costs what it costs, and not what waking up for it does
    private const int AllRate = 400; // clients that want everything are all in this process, and have to follow
    private const uint OtherPorts = 20_000; // nobody uses them
    private const int Few = 10, Many = 100;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    private static readonly Goal User = Goal.AtMost("cpu-per-event", 0.5, "user time of the daemon per event, one client, one core makes them", "us");
    private static readonly Goal All = Goal.Told("cpu-per-event-all", "the same with its time in the kernel", "us");
    private static readonly Goal FewAdded = Goal.AtMost("subscribers-10", 0.1, $"time per event that each of {Few} clients with ports of its own adds", "us");
    private static readonly Goal ManyAdded = Goal.AtMost("subscribers-100", 0.1, $"time per event that each of {Many} clients with a port of its own adds", "us");
    private static readonly Goal EverythingAdded = Goal.Told("subscribers-all", $"time per event that each of {Many} clients adds that want everything, {AllRate} connections/s", "us");

    public IReadOnlyList<Goal> Goals => [User, All, FewAdded, ManyAdded, EverythingAdded];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns, ports: Ports);
        await using Observer observer = await Observer.Quiet(lab);
        Daemon daemon = observer.Daemon!;
        await Round(); // what runs often is compiled by then, for each kind of client: a second of processor time
        await lab.Alternate("processor time per event", async () =>
        {
            foreach ((Goal goal, double us) in await Round())
                lab.Add(goal, us);
        });

        async Task<(Goal Goal, double Us)[]> Round()
        {
            (double user, double all) = await WithClients(daemon, [new SocketFilter()], _ => MeasureFast(daemon, load));
            double one = await Measure(Parts(1), Rate, 1), few = await Measure(Parts(Few), Rate, 1), many = await Measure(Parts(Many), Rate, 1);
            double oneOfAll = await Measure(Everything(1), AllRate, 1), manyOfAll = await Measure(Everything(Many), AllRate, Many);
            return
            [
                (User, user), (All, all), (FewAdded, (few - one) / (Few - 1)), (ManyAdded, (many - one) / (Many - 1)),
                (EverythingAdded, (manyOfAll - oneOfAll) / (Many - 1)),
            ];
        }

        Task<double> Measure(IEnumerable<SocketFilter> filters, int rate, int copies) =>
            WithClients(daemon, filters, clients => MeasurePaced(daemon, load, clients, rate, copies));
    }

    /// <summary>Each client gets its part of the events, all together each event once.</summary>
    private static IEnumerable<SocketFilter> Parts(int clients) =>
        AllPorts().Chunk(Ports / clients).Select(ports => new SocketFilter { Ports = { ports } });

    /// <summary>Filters that are all different, and that all let everything pass.</summary>
    private static IEnumerable<SocketFilter> Everything(int clients) =>
        Enumerable.Range(0, clients).Select(client => new SocketFilter { Ports = { AllPorts().Append(OtherPorts + (uint)client) } });

    private static IEnumerable<uint> AllPorts() => Enumerable.Range(ConnectionLoad.FirstPort, Ports).Select(port => (uint)port);

    private static async Task<T> WithClients<T>(Daemon daemon, IEnumerable<SocketFilter> filters, Func<IReadOnlyList<TransitionReader>, Task<T>> measure)
    {
        List<TransitionReader> clients = [];
        try
        {
            foreach (SocketFilter filter in filters)
                clients.Add(await TransitionReader.Start(daemon, filter));
            return await measure(clients);
        }
        finally
        {
            foreach (TransitionReader client in clients)
                await client.DisposeAsync();
        }
    }

    private static async Task<(double UserUs, double AllUs)> MeasureFast(Daemon daemon, ConnectionLoad load)
    {
        double user = ProcessTime.User(daemon.Pid), kernel = ProcessTime.Kernel(daemon.Pid);
        LoadResult result = await load.For(Time);
        await ProcessTime.UntilIdle(daemon.Pid);
        double events = result.Connections * ConnectionLoad.ChangesOfAConnection;
        user = ProcessTime.User(daemon.Pid) - user;
        kernel = ProcessTime.Kernel(daemon.Pid) - kernel;
        return (user / events * UsPerSecond, (user + kernel) / events * UsPerSecond);
    }

    /// <summary>Until every copy of every event has arrived: what the clients did not get would seem to cost nothing.</summary>
    private static async Task<double> MeasurePaced(Daemon daemon, ConnectionLoad load, IReadOnlyList<TransitionReader> clients, int rate, int copies)
    {
        long arrived = Arrived();
        double before = ThreadTime.OfAll(daemon.Pid);
        long events = (await load.Paced(rate, Time)).Connections * ConnectionLoad.ChangesOfAConnection;
        await Deadline.Until("the clients have got every event", () => Arrived() - arrived >= events * copies);
        return (ThreadTime.OfAll(daemon.Pid) - before) / events / NsPerUs;

        long Arrived() => clients.Sum(client => client.Delivered + client.Lost);
    }
}
