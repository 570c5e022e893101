// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>What was measured for one goal, round by round.</summary>
internal sealed class Figures(Goal goal)
{
    private readonly List<double> _samples = [];

    public Goal Goal => goal;

    public int Count => _samples.Count;

    public double Median => MedianOf(_samples);

    public double Least => _samples.Min();

    public double Most => _samples.Max();

    public bool IsMet => goal.IsMet(Median);

    public void Add(double sample) => _samples.Add(sample);

    public static double MedianOf(IEnumerable<double> samples)
    {
        double[] ordered = [.. samples.Order()];
        int middle = ordered.Length / 2;
        return ordered.Length % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
    }
}
