// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>The kernel's own account of the BPF programs of one process. It keeps it as long as this lives: nothing has to be restored.</summary>
internal sealed class ProgramClock : IAsyncDisposable
{
    private const int WarmUp = 2_000;
    private const int Parts = 9;
    private const int ConnectionsOfPart = 2_500;

    private const int PacedRate = 1_000;

    private static readonly TimeSpan PacedTime = TimeSpan.FromSeconds(2);

    private readonly Lab _lab;
    private readonly Child _child;

    private ProgramClock(Lab lab, Child child)
    {
        _lab = lab;
        _child = child;
    }

    public static async Task<ProgramClock> Start(Lab lab, int pid)
    {
        ProgramClock clock = new(lab, Child.Start(LoadPrograms.PathOf("progstats"), pid.ToString(CultureInfo.InvariantCulture)));
        await clock.Read(); // it counts from now on
        return clock;
    }

    /// <summary>
    /// Nanoseconds for each connection: the median of several runs. An interrupt, or a hypervisor that takes the processor
    /// away, is counted as the program's own time. A run is long beside the window of the stack budget: at this rate most
    /// walks are refused, as they are to whoever makes so many connections; see <see cref="NsPerPacedConnection"/>.
    /// </summary>
    public async Task<double> NsPerConnection(ConnectionLoad load)
    {
        await load.Count(WarmUp);
        List<double> samples = [];
        (double runs, double before) = await Read();
        for (int i = 0; i < Parts; i++)
        {
            await load.Count(ConnectionsOfPart);
            (double runsAfter, double after) = await Read();
            if (runsAfter == runs)
                throw new BenchException(6, "no program of the observer ran");
            samples.Add((after - before) / ConnectionsOfPart);
            (runs, before) = (runsAfter, after);
        }

        return Figures.MedianOf(samples);
    }

    /// <summary>The same at a rate at which every stack is walked.</summary>
    public async Task<double> NsPerPacedConnection(ConnectionLoad load)
    {
        (_, double before) = await Read();
        LoadResult result = await load.Paced(PacedRate, PacedTime);
        (_, double after) = await Read();
        return (after - before) / result.Connections;
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private async Task<(double Runs, double Ns)> Read()
    {
        string[] words = (await _lab.Ask(_child, "")).Split(' ');
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
