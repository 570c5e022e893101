// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>What was found, as a table in markdown that can be read as it is.</summary>
internal static class ResultTable
{
    private static readonly string[] Titles = ["row", "goal", "median", "min..max", "rounds", "verdict", "what"];

    public static void Write(TextWriter output, Lab lab, IReadOnlyList<string> machine, IEnumerable<Goal> goals)
    {
        foreach (string line in machine)
            output.WriteLine(line);
        output.WriteLine("commands    " + string.Join("\n            ", lab.Commands));
        output.WriteLine();
        List<string[]> rows = [Titles, .. goals.Select(goal => Row(goal, lab.Find(goal)))];
        int[] widths = [.. Titles.Select((_, column) => rows.Max(row => row[column].Length))];
        for (int i = 0; i < rows.Count; i++)
        {
            output.WriteLine("| " + string.Join(" | ", rows[i].Select((cell, column) => cell.PadRight(widths[column]))) + " |");
            if (i == 0)
                output.WriteLine("|" + string.Join("|", widths.Select(width => new string('-', width + 2))) + "|");
        }
    }

    private static string[] Row(Goal goal, Figures? figures)
    {
        if (figures is null)
            return [goal.Name, Limit(goal), "", "", "0", "not measured", goal.What];
        string verdict = goal.Bound == Bound.None ? "" : figures.IsMet ? "meets" : "misses";
        string spread = $"{Number(figures.Least)}..{Number(figures.Most)}";
        return [goal.Name, Limit(goal), Number(figures.Median) + Unit(goal), spread, $"{figures.Count}", verdict, goal.What];
    }

    private static string Limit(Goal goal) => goal.Bound switch
    {
        Bound.AtMost => $"<= {goal.Limit:0.####}{Unit(goal)}",
        Bound.AtLeast => $">= {goal.Limit:0.####}{Unit(goal)}",
        _ => "",
    };

    private static string Unit(Goal goal) => goal.Unit.Length > 0 ? " " + goal.Unit : "";

    /// <summary>Three digits that matter.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 1 => $"{value:0.0000}",
        < 10 => $"{value:0.000}",
        < 100 => $"{value:0.0}",
        _ => $"{value:0}",
    };
}
