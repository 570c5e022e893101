// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench.Experiments;

/// <summary>What programs pay that have nothing to do with sockets: a single syscall tracepoint would cost each of their calls about 40 %.</summary>
internal sealed class SystemCall : IExperiment
{
    private static readonly Goal Getppid = Goal.AtMost("getppid", 1.02, "getppid() with the daemon / without");

    public IReadOnlyList<Goal> Goals => [Getppid];

    public bool IsQuick => true;

    public async Task Run(Lab lab)
    {
        await using TimedProgram program = TimedProgram.Getppid(lab);
        await program.Measure(); // warms up
        await lab.Alternate("system calls", async () => lab.Add(Getppid, await program.Ratio(() => Observer.Quiet(lab))));
    }
}
