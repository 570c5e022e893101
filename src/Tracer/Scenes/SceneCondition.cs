// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tracer.Scenes;

/// <summary>When the scene is saved, as in 'close_wait > 500' or 'growth > 50/min per process'.</summary>
public sealed partial record SceneCondition(SceneMetric Metric, bool IncludesThreshold, double Threshold, bool IsPerProcess)
{
    // Far beyond what there can be: a value with more digits is a typing error.
    private const double LargestThreshold = 1_000_000_000;

    // Below the threshold itself, so that a value which trembles around it is one crossing.
    private const double RearmShare = 0.9;

    /// <summary>It may be met by several processes or listeners, each at its own time.</summary>
    public bool HasManySubjects => IsPerProcess || Metric is SceneMetric.DescriptorShare or SceneMetric.ListenQueue;

    /// <summary>For the name of a file.</summary>
    public string Slug => $"{Name}-over-{Number(Threshold)}{(IsPerProcess ? "-per-process" : "")}";

    private string Name => Metric switch
    {
        SceneMetric.CloseWait => "close_wait",
        SceneMetric.Growth => "growth",
        SceneMetric.DescriptorShare => "fd_share",
        _ => "listen_queue",
    };

    private string Unit => UnitOf(Metric);

    /// <summary>Null, with the reason in words that follow the text itself: it is no condition.</summary>
    public static SceneCondition? Parse(string text, out string problem)
    {
        Match match = Pattern().Match(text.Trim());
        if (!match.Success)
            return Refuse("is not a condition such as 'close_wait > 500', 'growth > 50/min per process', 'fd_share > 80%' or 'listen_queue > 90%'", out problem);
        SceneMetric? metric = match.Groups["metric"].Value switch
        {
            "close_wait" => SceneMetric.CloseWait,
            "growth" => SceneMetric.Growth,
            "fd_share" => SceneMetric.DescriptorShare,
            "listen_queue" => SceneMetric.ListenQueue,
            _ => null,
        };
        if (metric is null)
            return Refuse("begins with neither close_wait, growth, fd_share nor listen_queue", out problem);
        if (match.Groups["operator"].Value is not (">" or ">="))
            return Refuse("compares with something other than > or >=", out problem);
        bool isPerProcess = match.Groups["process"].Success;
        double threshold = double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);
        SceneCondition condition = new(metric.Value, match.Groups["operator"].Value == ">=", threshold, isPerProcess);
        return condition.FindProblem(match.Groups["unit"].Value) is { } found ? Refuse(found, out problem) : Accept(condition, out problem);
    }

    public bool IsMet(double value) => IncludesThreshold ? value >= Threshold : value > Threshold;

    /// <summary>It is so clearly not met that the next time is another crossing.</summary>
    public bool IsOver(double value) => !IsMet(value) && value <= Threshold * RearmShare;

    /// <summary>A value as it is compared.</summary>
    public string Show(double value) => Number(Math.Round(value, 1)) + Unit;

    public override string ToString() =>
        $"{Name} {(IncludesThreshold ? ">=" : ">")} {Number(Threshold)}{Unit}{(IsPerProcess ? " per process" : "")}";

    private string? FindProblem(string unit)
    {
        if (unit != Unit)
            return Unit.Length == 0 ? "has a unit: close_wait is a number of sockets" : $"needs the unit {Unit}, as in '{this}'";
        if (IsPerProcess && Metric == SceneMetric.ListenQueue)
            return "is about listeners, not about processes: leave 'per process' out";
        if (Unit == "%" && Threshold > 100)
            return "is a share of more than 100%";
        if (Threshold > LargestThreshold)
            return "has a number that nothing reaches";
        return IncludesThreshold && Threshold == 0 ? "is always true" : null;
    }

    private static SceneCondition? Refuse(string why, out string problem)
    {
        problem = why;
        return null;
    }

    private static SceneCondition Accept(SceneCondition condition, out string problem)
    {
        problem = "";
        return condition;
    }

    private static string UnitOf(SceneMetric metric) => metric switch
    {
        SceneMetric.CloseWait => "",
        SceneMetric.Growth => "/min",
        _ => "%",
    };

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^(?<metric>[A-Za-z_-]+)\s*(?<operator>[^\w\s.%/-]+)\s*(?<value>\d{1,18}(\.\d{1,3})?)\s*(?<unit>%|/\s*[a-z]+)?(?<process>\s+per\s+process)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
