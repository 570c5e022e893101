// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Where experiments take place: how long they may be, what they have run, what they have found.</summary>
internal sealed class Lab(BenchOptions options, CancellationToken stop)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    private readonly Dictionary<string, Figures> _figures = [];
    private readonly List<string> _commands = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public int Seconds => options.Seconds;

    public bool IsQuick => options.IsQuick;

    public CancellationToken Stop => stop;

    public bool HasFailed { get; private set; }

    /// <summary>What was run, for whoever wants to repeat it by hand.</summary>
    public IReadOnlyList<string> Commands => _commands;

    public Figures? Find(Goal goal) => _figures.GetValueOrDefault(goal.Name);

    public void Add(Goal goal, double sample)
    {
        if (!_figures.TryGetValue(goal.Name, out Figures? figures))
            _figures[goal.Name] = figures = new Figures(goal);
        figures.Add(sample);
    }

    public void Ran(string command)
    {
        if (!_commands.Contains(command))
            _commands.Add(command);
    }

    /// <summary>Progress, for whoever waits; the table is for standard output.</summary>
    public void Say(string line) => Console.Error.WriteLine($"bench: {_clock.Elapsed.TotalSeconds,5:0} s  {line}");

    public void Fail(string line)
    {
        HasFailed = true;
        Say(line);
    }

    /// <summary>One round after the other, until somebody interrupts.</summary>
    public async Task Alternate(string what, Func<Task> round, int most = int.MaxValue)
    {
        int rounds = Math.Min(options.Rounds, most);
        for (int i = 0; i < rounds; i++)
        {
            stop.ThrowIfCancellationRequested();
            Say($"{what}, round {i + 1} of {rounds}");
            await round();
        }
    }

    public Task Pause(TimeSpan time) => Task.Delay(time, stop);

    public Task<string> Answer(Child child) => child.ReadLine(LongestWait).WaitAsync(stop);

    public async Task<string> Ask(Child child, string question)
    {
        await child.WriteLine(question);
        return await Answer(child);
    }
}
