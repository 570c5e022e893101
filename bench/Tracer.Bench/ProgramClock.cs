// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>The kernel's own account of the BPF programs of one process. It keeps it as long as this lives: nothing has to be restored.</summary>
internal sealed class ProgramClock : IAsyncDisposable
{
    private readonly Lab _lab;
    private readonly Child _child;

    private ProgramClock(Lab lab, Child child)
    {
        _lab = lab;
        _child = child;
    }

    public static ProgramClock Start(Lab lab, int pid) => new(lab, Child.Start(LoadPrograms.PathOf("progstats"), pid.ToString(CultureInfo.InvariantCulture)));

    public async Task<(double Runs, double Ns)> Read()
    {
        string[] words = (await _lab.Ask(_child, "")).Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
