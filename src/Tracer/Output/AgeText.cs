// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Output;

/// <summary>Writes time spans the way an operator reads them.</summary>
internal static class AgeText
{
    public static string Format(TimeSpan span)
    {
        if (span <= TimeSpan.Zero)
            return "0ms";
        if (span < TimeSpan.FromMilliseconds(1))
            return Text($"{span.TotalMilliseconds:0.000}ms");
        if (span < TimeSpan.FromSeconds(1))
            return Text($"{Math.Floor(span.TotalMilliseconds):0}ms");
        if (span < TimeSpan.FromMinutes(2))
            return Text($"{Math.Floor(span.TotalSeconds * 10) / 10:0.0}s");
        if (span < TimeSpan.FromHours(1))
            return Text($"{span.Minutes}m{span.Seconds:00}s");
        return span < TimeSpan.FromDays(1)
            ? Text($"{span.Hours}h{span.Minutes:00}m")
            : Text($"{span.Days}d{span.Hours:00}h");
    }

    public static string Format(TimeSpan span, bool isLowerBound) => isLowerBound ? ">=" + Format(span) : Format(span);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
