// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>The programs' cost when connections do something else than begin and end well.</summary>
internal sealed class KernelCostOfShape(ConnectionShape shape) : IExperiment
{
    private readonly Goal _againstTcpStates = Goal.Told($"kernel-{shape.Word}", $"kernel ns/connection, one client / tcpstates: {shape.What}");
    private readonly Goal _ours = Goal.Told($"kernel-{shape.Word}-ns", "the same, one client", "ns");
    private readonly Goal _quiet = Goal.Told($"kernel-{shape.Word}-ns-quiet", "the same, nobody watching", "ns");
    private readonly Goal _tcpStates = Goal.Told($"tcpstates-{shape.Word}-ns", "the same, tcpstates", "ns");

    public IReadOnlyList<Goal> Goals => [_againstTcpStates, _ours, _quiet, _tcpStates];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using ConnectionLoad load = await ConnectionLoad.Start(lab, netns, shape: shape);
        await lab.Alternate($"kernel time, {shape.Word}", async () =>
        {
            double ours = await KernelCost.Measure(lab, load, _ours, Observer.Watched(lab));
            double tcpStates = await KernelCost.Measure(lab, load, _tcpStates, Observer.TcpStates(lab));
            await KernelCost.Measure(lab, load, _quiet, Observer.Quiet(lab));
            lab.Add(_againstTcpStates, ours / tcpStates);
        });
    }
}
