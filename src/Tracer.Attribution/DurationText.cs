// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Attribution;

/// <summary>A time span as a sentence says it, to the nearest of its last digit: "412 ms", "65.0 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".</summary>
public static class DurationText
{
    private const ulong Microsecond = 1_000;
    private const ulong Millisecond = 1_000_000;
    private const ulong Second = 1_000_000_000;
    private const ulong Minute = 60 * Second;
    private const ulong Hour = 60 * Minute;
    private const ulong Day = 24 * Hour;

    // Idle timeouts are compared by their tenths; two minutes of them is what a reader still takes for seconds.
    private const ulong MostTenths = 1200;

    public static string Format(ulong ns)
    {
        if (Round(ns, Microsecond) == 0)
            return "0 ms";
        if (Round(ns, Microsecond) < 1000)
            return Text($"{Round(ns, Microsecond)} us");
        if (Round(ns, Millisecond) < 1000)
            return Text($"{Round(ns, Millisecond)} ms");
        if (Round(ns, Second / 10) < MostTenths)
            return Text($"{Round(ns, Second / 10) / 10}.{Round(ns, Second / 10) % 10} s");
        if (Round(ns, Second) < Hour / Second)
            return Pair(Round(ns, Second), 60, "min", "s");
        return Round(ns, Minute) < Day / Minute
            ? Pair(Round(ns, Minute), 60, "h", "min")
            : Pair(Round(ns, Hour), 24, "d", "h");
    }

    private static string Pair(ulong small, ulong ratio, string bigUnit, string smallUnit) =>
        small % ratio == 0 ? Text($"{small / ratio} {bigUnit}") : Text($"{small / ratio} {bigUnit} {small % ratio} {smallUnit}");

    // Without the sum that would overflow at the end of the range.
    private static ulong Round(ulong ns, ulong unit) => ns / unit + (ns % unit >= unit / 2 ? 1UL : 0UL);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
