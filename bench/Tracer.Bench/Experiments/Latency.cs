// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using CloseWait.V1;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>How old a state change is when a client has decoded it. Both ends read the same clock.</summary>
internal sealed class Latency : IExperiment
{
    private const int SlowRate = 200;
    private const double NsPerMs = 1e6;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

    private static readonly Goal Slow = Goal.AtMost("latency", 0.2, $"event to client, average, {SlowRate} connections/s", "ms");
    private static readonly Goal Fast = Goal.AtMost("latency-max-rate", 1, "event to client, average, as fast as one core makes them", "ms");
    private static readonly Goal Full = Goal.Told("latency-all-cores", "event to client, average, as fast as all cores make them", "ms");

    public IReadOnlyList<Goal> Goals => [Slow, Fast, Full];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using FullLoad all = await FullLoad.Start(lab);
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad one = await ConnectionLoad.Start(lab, netns);
        await using Observer observer = await Observer.Quiet(lab);
        AgeSum ages = new();
        await using TransitionReader client = await TransitionReader.Start(observer.Daemon!, onBatch: ages.Add);
        await one.For(Time); // what runs often is compiled by then
        await lab.Alternate("latency", async () =>
        {
            await Measure(lab, ages, Slow, () => one.Paced(SlowRate, Time));
            await Measure(lab, ages, Fast, () => one.For(Time));
            await Measure(lab, ages, Full, () => all.For(Time));
        });
    }

    private static async Task Measure(Lab lab, AgeSum ages, Goal goal, Func<Task> load)
    {
        await ProcessTime.UntilIdle(Environment.ProcessId);
        ages.Reset();
        await load();
        lab.Add(goal, ages.AverageNs / NsPerMs);
    }

    /// <summary>Filled by the thread that reads the stream.</summary>
    private sealed class AgeSum
    {
        private readonly Lock _lock = new();
        private double _sum;
        private long _count;

        public double AverageNs
        {
            get
            {
                lock (_lock)
                    return _count == 0 ? throw new BenchException(6, "no event came") : _sum / _count;
            }
        }

        public void Reset()
        {
            lock (_lock)
                (_sum, _count) = (0, 0);
        }

        public void Add(TransitionBatch batch)
        {
            double now = Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency); // CLOCK_MONOTONIC, as in the events
            lock (_lock)
            {
                foreach (Transition transition in batch.Transitions)
                    _sum += now - transition.KtimeNs;
                _count += batch.Transitions.Count;
            }
        }
    }
}
