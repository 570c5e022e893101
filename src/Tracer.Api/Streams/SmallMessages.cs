// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Api.Streams;

/// <summary>
/// How many messages that are not worth their price may go out at once: a burst after a quiet time, and 500 a second for long, or fewer of each stream
/// when there are many streams. So what happens on a quiet host is told at once, and on a busy one messages are full.
/// </summary>
internal sealed class SmallMessages
{
    /// <summary>So many at once.</summary>
    public const int Burst = 16;

    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(10);

    // When the next one is due if none goes out early.
    private long _due = long.MinValue;

    /// <summary>
    /// One more of each stream may go after this time. All streams together then send about a thousand a second, up to ten streams: a message costs 20 us or
    /// more, whatever is in it.
    /// </summary>
    public static TimeSpan PeriodOf(int streams) =>
        TimeSpan.FromMilliseconds(Math.Clamp(streams, s_shortest.TotalMilliseconds, s_longest.TotalMilliseconds));

    /// <summary>False: gather for a period, then send what there is.</summary>
    /// <param name="now">A timestamp of the stopwatch.</param>
    /// <param name="period">It may differ from one call to the next.</param>
    public bool TryTake(long now, TimeSpan period)
    {
        long step = (long)(period.TotalSeconds * Stopwatch.Frequency);
        long earliest = Math.Max(_due, now - ((Burst - 1) * step));
        if (earliest > now)
            return false;
        _due = earliest + step;
        return true;
    }
}
