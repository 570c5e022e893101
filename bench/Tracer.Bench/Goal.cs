// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>One line of the table: what is measured, and the bound that decides; without a bound it is only told.</summary>
internal sealed record Goal(string Name, string What, Bound Bound = Bound.None, double Limit = double.NaN, string Unit = "")
{
    public static Goal AtMost(string name, double limit, string what, string unit = "") => new(name, what, Bound.AtMost, limit, unit);

    public static Goal AtLeast(string name, double limit, string what, string unit = "") => new(name, what, Bound.AtLeast, limit, unit);

    public static Goal Told(string name, string what, string unit = "") => new(name, what, Unit: unit);

    public bool IsMet(double value) => Meets(Bound, Limit, value);

    public static bool Meets(Bound bound, double limit, double value) => bound switch
    {
        Bound.AtMost => value <= limit,
        Bound.AtLeast => value >= limit,
        _ => true,
    };
}
