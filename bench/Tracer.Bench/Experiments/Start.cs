// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>How long it takes from nothing to the first state change in a client's hands, while connections come and go.</summary>
internal sealed class Start : IExperiment
{
    private const int Rate = 200;

    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(4);

    private static readonly Goal FirstEvent = Goal.AtMost("start", 0.5, "start of the daemon to the first event at a client", "s");

    public IReadOnlyList<Goal> Goals => [FirstEvent];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await Measure(); // what comes first reads files that nobody has read yet
        await lab.Alternate("start", async _ =>
        {
            Task<LoadResult> running = load.Paced(Rate, LongEnough);
            lab.Add(FirstEvent, await Measure());
            await running;
        });

        async Task<double> Measure()
        {
            TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Stopwatch clock = Stopwatch.StartNew();
            await using Daemon daemon = await Daemon.Start();
            await using TransitionReader client = await TransitionReader.Start(daemon, onBatch: _ => first.TrySetResult());
            await Task.WhenAny(first.Task, lab.Pause(LongEnough));
            return clock.Elapsed.TotalSeconds;
        }
    }
}
