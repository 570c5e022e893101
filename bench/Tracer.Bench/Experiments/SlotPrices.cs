// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What each fact that can be done without costs inside the kernel: the default less what is left when it is forced off.</summary>
internal sealed class SlotPrices : IExperiment
{
    private const int MostRounds = 3; // fifteen daemons each

    private static readonly (Goal Goal, string[] Options)[] Slots =
    [
        Slot("receive", "receive=sequence-numbers"),
        Slot("send", "send=none"),
        Slot("reset", "reset=sk_err"),
        Slot("release", "release=scan"),
        Slot("process-exit", "process-exit=scan"),
        Slot("unwind-tables", "stacks=frame-pointers"),
        (Told("stacks", "--stack-budget 0"), ["--stack-budget", "0"]),
    ];

    public IReadOnlyList<Goal> Goals => [.. Slots.Select(slot => slot.Goal)];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns, shape: ConnectionShape.HalfClose);
        double before = await Measure(lab, load, []);
        await lab.Alternate("prices of slots", async () =>
        {
            foreach ((Goal goal, string[] options) in Slots)
            {
                double less = await Measure(lab, load, options), after = await Measure(lab, load, []);
                lab.Add(goal, (before + after) / 2 - less);
                before = after;
            }
        }, MostRounds);
    }

    private static (Goal Goal, string[] Options) Slot(string name, string rung) => (Told(name, $"--hooks {rung}"), ["--hooks", rung]);

    private static Goal Told(string name, string option) => Goal.Told($"price-{name}", $"kernel ns/connection that {option} saves (half-closed, EOF read)", "ns");

    private static async Task<double> Measure(Lab lab, ConnectionLoad load, string[] options)
    {
        await using Observer observer = await Observer.Quiet(lab, options);
        await using ProgramClock clock = await ProgramClock.Start(lab, observer.Pid);
        return await clock.NsPerConnection(load);
    }
}
