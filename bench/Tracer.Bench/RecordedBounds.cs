// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>What a change may not exceed (bench/bounds): ratios with generous slack, because the machines that compare them are shared.</summary>
internal static class RecordedBounds
{
    public static string File { get; } = Path.Combine(Repository.Root, "bench", "bounds");

    /// <summary>The figures beyond their bounds, or not there at all; each is said on standard error.</summary>
    public static Goal[] Exceeded(Lab lab, IReadOnlyList<Goal> measured)
    {
        List<Goal> exceeded = [];
        foreach (string line in System.IO.File.ReadLines(File).Where(line => line.Length > 0 && line[0] != '#'))
        {
            (string name, Bound bound, double limit) = Parse(line);
            Goal? goal = measured.FirstOrDefault(goal => goal.Name == name);
            if (goal is null)
                continue;
            double? median = lab.Find(goal)?.Median;
            if (median is not null && Goal.Meets(bound, limit, median.Value))
                continue;
            exceeded.Add(goal);
            lab.Say(string.Create(CultureInfo.InvariantCulture, $"{name} is {median:0.####}, and its recorded bound: {line}"));
        }

        return [.. exceeded];
    }

    private static (string Name, Bound Bound, double Limit) Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Bound bound = words.ElementAtOrDefault(1) switch { "<=" => Bound.AtMost, ">=" => Bound.AtLeast, _ => Bound.None };
        return words.Length == 3 && bound != Bound.None && double.TryParse(words[2], CultureInfo.InvariantCulture, out double limit)
            ? (words[0], bound, limit)
            : throw new BenchException(6, $"bench/bounds: cannot read '{line}'");
    }
}
