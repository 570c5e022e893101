// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What is lost on the way to a client at the most that this machine makes, and while the daemon stands still now and then.</summary>
internal sealed class Losses : IExperiment
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    // Prints how long it was, in milliseconds, at most.
    private const string StandStill = "from=$(date +%s%N); kill -STOP $0; sleep 0.1; kill -CONT $0; echo $((($(date +%s%N) - from) / 1000000))";

    private static readonly TimeSpan BetweenStops = TimeSpan.FromSeconds(1);

    private static readonly Goal Lost = Goal.AtMost("losses", 0, "events lost at the maximum rate, one client", "events");
    private static readonly Goal LostStopped = Goal.AtMost("losses-stopped", 0, "the same, the daemon stopped for 100 ms every second", "events");
    private static readonly Goal LostByRing = Goal.Told("losses-ring", "what of both the ring in the kernel had no room for; the rest, the client's queue", "events");
    private static readonly Goal StopLength = Goal.Told("losses-stop-length", "how long it really stood still", "ms");
    private static readonly Goal Unaccounted = Goal.AtMost("losses-unaccounted", 0, "events neither delivered nor counted as lost, both cases", "events");
    private static readonly Goal Collections = Goal.AtMost("losses-collections", 0, "full collections of the daemon's managed heap in the second of the two cases", "");
    private static readonly Goal FirstCollections = Goal.Told("losses-collections-first", "the same in the first case, in which its pools and the collector find their sizes", "");
    private static readonly Goal CollectionPause = Goal.Told("losses-collection-pause", "how long all collections stopped its threads, of a second", "us");
    private static readonly Goal Rate = Goal.Told("losses-rate", "state changes/s meanwhile", "/s");

    public IReadOnlyList<Goal> Goals => [Lost, LostStopped, LostByRing, StopLength, Unaccounted, Collections, FirstCollections, CollectionPause, Rate];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using FullLoad load = await FullLoad.Start(lab);
        await using Observer observer = await Observer.Watched(lab);
        await load.RateFor(WarmUp);
        await Measure(lab, load, observer, Lost, FirstCollections, stops: false);
        await Measure(lab, load, observer, LostStopped, Collections, stops: true);
    }

    private static async Task Measure(Lab lab, FullLoad load, Observer observer, Goal goal, Goal collections, bool stops)
    {
        lab.Say($"{goal.What}, {lab.Seconds} s");
        EventBalance before = await EventBalance.Settled(lab, observer);
        Dictionary<string, ulong> counters = await observer.Daemon!.Counters();
        Task<LoadResult[]> running = load.For(TimeSpan.FromSeconds(lab.Seconds));
        while (stops && !running.IsCompleted)
            await StopOnce(lab, observer.Daemon!, running);
        LoadResult[] results = await running;
        Dictionary<string, ulong> end = await observer.Daemon!.Counters();
        lab.Add(LostByRing, end["events_lost"] - counters["events_lost"]);
        lab.Add(collections, end["collections_gen2"] - counters["collections_gen2"]);
        lab.Add(CollectionPause, (end["collection_pause_us"] - counters["collection_pause_us"]) / (double)lab.Seconds);
        EventBalance after = await EventBalance.After(lab, observer, before);
        lab.Add(goal, after.Lost - before.Lost);
        lab.Add(Unaccounted, Math.Abs(after.Unaccounted - before.Unaccounted));
        lab.Add(Rate, results.Sum(result => result.PerSecond) * ConnectionLoad.ChangesOfAConnection);
    }

    /// <summary>By one shell: what would have to be started to end the stand-still waits for a processor like everybody else.</summary>
    private static async Task StopOnce(Lab lab, Daemon daemon, Task running)
    {
        string milliseconds = await Command.MustRun("sh", "-c", StandStill, daemon.Pid.ToString(CultureInfo.InvariantCulture));
        lab.Add(StopLength, double.Parse(milliseconds, CultureInfo.InvariantCulture));
        await Task.WhenAny(running, lab.Pause(BetweenStops));
    }
}
