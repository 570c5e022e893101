// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Api.Streams;

/// <summary>
/// How many messages that are not worth their price may go out at once: a burst after a quiet time, and 500 a second for long. So what happens on
/// a quiet host is told at once, and on a busy one messages are full.
/// </summary>
/// <param name="now">A timestamp of the stopwatch.</param>
internal sealed class SmallMessages(long now)
{
    /// <summary>One more may go after this time.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(2);

    /// <summary>So many at once.</summary>
    public const int Burst = 16;

    private static readonly long Step = (long)(Period.TotalSeconds * Stopwatch.Frequency);

    // When the last of them would go out if none went out early.
    private long _theoretical = now - Burst * Step;

    /// <summary>False: gather for a while, then send what there is.</summary>
    public bool TryTake(long now)
    {
        long earliest = Math.Max(_theoretical, now - Burst * Step);
        if (earliest + Step > now)
            return false;
        _theoretical = earliest + Step;
        return true;
    }
}
