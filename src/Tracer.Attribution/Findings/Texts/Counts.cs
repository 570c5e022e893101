// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Attribution.Findings.Texts;

/// <summary>Numbers in sentences.</summary>
internal static class Counts
{
    /// <summary>1 socket, 2 sockets</summary>
    public static string Of(ulong count, string one) => Text($"{count} {one}{(count == 1 ? "" : one.EndsWith('s') ? "es" : "s")}");

    /// <summary>412 of 415 sockets</summary>
    public static string Part(ulong count, ulong all) => Text($"{count} of {Of(all, "socket")}");

    /// <summary>12/min, 0.5/min</summary>
    public static string PerMinute(double rate) => Text($"{(rate < 10 ? Math.Round(rate, 1) : Math.Round(rate))}/min");

    /// <summary>0.1, 12</summary>
    public static string Seconds(ulong ns) => Text($"{Math.Max(0.1, ns / 1e9):0.0}");

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
