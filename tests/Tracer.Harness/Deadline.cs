// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Tracer.Harness;

/// <summary>Waits for a condition, never for a time alone.</summary>
public static class Deadline
{
    // Longer than the daemon's scan period: what a scan repairs is in time.
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    // An emulated machine is 5 to 20 times slower; CLOSEWAIT_PATIENCE says by how much to wait longer.
    private static readonly double Patience =
        double.TryParse(Environment.GetEnvironmentVariable("CLOSEWAIT_PATIENCE"), CultureInfo.InvariantCulture, out double factor) ? factor : 1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>This machine is emulated.</summary>
    public static bool IsStretched => Patience > 1;

    /// <summary>As long as this takes on a usual machine.</summary>
    public static TimeSpan Stretch(TimeSpan limit) => limit * Patience;

    /// <summary>As much as is done in the time that this takes on a usual machine.</summary>
    public static int Fewer(int amount) => (int)Math.Ceiling(amount / Patience);

    /// <summary>The end of a request's time.</summary>
    public static DateTime In(TimeSpan limit) => DateTime.UtcNow + Stretch(limit);

    public static Task Until(string what, Func<bool> condition, TimeSpan? limit = null, Func<string>? evidence = null) =>
        Until(what, () => Task.FromResult(condition() ? what : null), limit, evidence);

    /// <summary>Probes until it gives a value.</summary>
    public static async Task<T> Until<T>(string what, Func<Task<T?>> probe, TimeSpan? limit = null, Func<string>? evidence = null)
        where T : class
    {
        TimeSpan within = Stretch(limit ?? Usual);
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            if (await probe() is { } found)
                return found;
            if (clock.Elapsed > within)
                break;
            await Task.Delay(Stretch(Pause), TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"not within {within.TotalSeconds:0.###} s: {what}" + (evidence is null ? "" : "\n" + evidence()));
    }
}
