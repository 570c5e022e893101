// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Api.Mapping;

/// <summary>Nanoseconds and wall clock times as protobuf has them.</summary>
internal static class ProtoTime
{
    private const ulong NanosPerSecond = 1_000_000_000;

    public static Duration ToDuration(ulong nanoseconds) => new()
    {
        Seconds = (long)(nanoseconds / NanosPerSecond),
        Nanos = (int)(nanoseconds % NanosPerSecond),
    };

    public static Timestamp ToTimestamp(DateTimeOffset time)
    {
        Split(time.UtcTicks - DateTime.UnixEpoch.Ticks, out long seconds, out int nanos);
        return new Timestamp { Seconds = seconds, Nanos = nanos };
    }

    /// <summary>The fields of a time that many ticks after 1970.</summary>
    public static void Split(long ticks, out long seconds, out int nanos)
    {
        seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        // Nanos count forward from the second, also before 1970.
        if (rest < 0)
        {
            rest += TimeSpan.TicksPerSecond;
            seconds--;
        }
        nanos = (int)(rest * TimeSpan.NanosecondsPerTick);
    }
}
