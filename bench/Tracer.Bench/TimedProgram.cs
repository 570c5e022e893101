// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>A program that answers each line of its input with one number: how long what it repeats has taken.</summary>
internal sealed class TimedProgram : IAsyncDisposable
{
    private readonly Lab _lab;
    private readonly Child _child;
    private readonly string _order;

    private TimedProgram(Lab lab, Child child, string order)
    {
        _lab = lab;
        _child = child;
        _order = order;
    }

    /// <summary>One thread's cheapest system call (the kernel tests' latency.c): the least time of many rounds, in picoseconds.</summary>
    public static TimedProgram Getppid(Lab lab)
    {
        string[] arguments = ["2000", "1000"];
        lab.Ran("latency " + string.Join(' ', arguments));
        return new TimedProgram(lab, Child.Start(LoadPrograms.PathOf("latency"), arguments), "measure");
    }

    /// <summary>Requests and responses (loads/pingpong.c): the median time of one, in picoseconds.</summary>
    public static async Task<TimedProgram> PingPong(Lab lab, NetworkNamespace netns, string threads, int roundTrips)
    {
        lab.Ran($"pingpong 0 {threads}");
        TimedProgram program = new(lab, netns.Start(LoadPrograms.PathOf("pingpong"), "0", threads), roundTrips.ToString(CultureInfo.InvariantCulture));
        await lab.Answer(program._child);
        return program;
    }

    public async Task<double> Measure() => double.Parse(await _lab.Ask(_child, _order), CultureInfo.InvariantCulture);

    /// <summary>With an observer, as a multiple of the time just before and just after: a slow drift of the machine cancels out.</summary>
    public async Task<double> Ratio(Func<Task<Observer>> start)
    {
        double before = await Measure(), observed;
        await using (await start())
        {
            await Measure(); // the first stacks, and caches
            observed = await Measure();
        }

        return observed / ((before + await Measure()) / 2);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
