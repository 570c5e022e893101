// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>The product's ring reader against the same loop in C, over a ring that does not fit into caches.</summary>
internal sealed class Drain : IExperiment
{
    private const int RingBytes = 64 << 20;
    private const int Drains = 15; // the fastest counts: others run on these processors too

    private static readonly Goal Speed = Goal.AtLeast("drain", 0.95, "records/s, the C# ring reader / the same loop in C, 64 MiB of 120-byte records");
    private static readonly Goal Allocated = Goal.AtMost("drain-bytes", 0, "bytes allocated per record", "B");
    private static readonly Goal Ours = Goal.Told("drain-ns", "per record, C#", "ns");

    public IReadOnlyList<Goal> Goals => [Speed, Allocated, Ours];

    public bool IsQuick => true;

    public async Task Run(Lab lab)
    {
        lab.Ran($"drain {RingBytes}");
        await using Child c = Child.Start(LoadPrograms.PathOf("drain"), RingBytes.ToString(CultureInfo.InvariantCulture));
        await lab.Answer(c);
        using MemoryRing ring = new(RingBytes);
        ring.Measure(Drains); // warms up
        await lab.Alternate("drain", async () =>
        {
            double before = await InC(), after;
            (double ns, double bytes) = ring.Measure(Drains);
            after = await InC();
            lab.Add(Speed, (before + after) / 2 / ns);
            lab.Add(Allocated, bytes);
            lab.Add(Ours, ns);
        });

        async Task<double> InC() => double.Parse(await lab.Ask(c, Drains.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
    }
}
