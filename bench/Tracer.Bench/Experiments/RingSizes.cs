// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>What a program notices of the ring's size: a small ring stays in the caches of whoever writes it, a large one holds longer.</summary>
internal sealed class RingSizes : IExperiment
{
    private const int WarmUp = 20_000;
    private const int Connections = 10_000;

    private static readonly string[] Default = [];

    private static readonly (Goal Goal, string[] Options)[] Sizes = [Of("2"), Of("64")];

    public IReadOnlyList<Goal> Goals => [.. Sizes.Select(size => size.Goal)];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns);
        double before = await Measure(lab, load, Default);
        await lab.Alternate("sizes of the ring", async () =>
        {
            foreach ((Goal goal, string[] options) in Sizes)
            {
                double other = await Measure(lab, load, options), after = await Measure(lab, load, Default);
                lab.Add(goal, other / ((before + after) / 2));
                before = after;
            }
        });
    }

    private static (Goal Goal, string[] Options) Of(string size) =>
        (Goal.Told($"ring-{size}", $"us/connection with one client, --ring-size {size} (MiB) / as it starts by itself"), ["--ring-size", size]);

    private static async Task<double> Measure(Lab lab, ConnectionLoad load, string[] options)
    {
        await using Observer observer = await Observer.Watched(lab, options);
        await load.Count(WarmUp);
        return (await load.Count(Connections)).MedianNs;
    }
}
