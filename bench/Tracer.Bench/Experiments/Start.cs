// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>How long it takes from nothing to the first state change in a client's hands, while connections come and go.</summary>
internal sealed class Start : IExperiment
{
    private const int Rate = 200;

    private static readonly Goal FirstEvent = Goal.AtMost("start", 0.5, "start of the daemon to the first event at a client", "s");
    private static readonly Goal Answer = Goal.Told("start-answer", "start of the daemon to its first answer", "s");
    private static readonly Goal Work = Goal.Told("start-cpu", "processor time of the daemon until then", "s");

    public IReadOnlyList<Goal> Goals => [FirstEvent, Answer, Work];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await Measure(lab, netns, isCounted: false); // what comes first reads files that nobody has read yet
        await lab.Alternate("start", () => Measure(lab, netns, isCounted: true));
    }

    private static async Task Measure(Lab lab, NetworkNamespace netns, bool isCounted)
    {
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        await load.Begin(Rate);
        Stopwatch clock = Stopwatch.StartNew();
        await using Daemon daemon = await Daemon.Start();
        double answer = clock.Elapsed.TotalSeconds;
        await using TransitionReader client = await TransitionReader.Start(daemon, onBatch: _ => first.TrySetResult());
        await first.Task.WaitAsync(Deadline.Usual, lab.Stop);
        double firstEvent = clock.Elapsed.TotalSeconds;
        if (!isCounted)
            return;
        lab.Add(FirstEvent, firstEvent);
        lab.Add(Answer, answer);
        lab.Add(Work, ProcessTime.Seconds(daemon.Pid));
    }
}
