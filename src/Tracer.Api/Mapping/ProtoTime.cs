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
        Timestamp timestamp = new();
        Set(timestamp, time);
        return timestamp;
    }

    /// <summary>Overwrites a message that is used again.</summary>
    public static void Set(Timestamp timestamp, DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTime.UnixEpoch.Ticks;
        long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
        // Nanos count forward from the second, also before 1970.
        if (rest < 0)
        {
            rest += TimeSpan.TicksPerSecond;
            seconds--;
        }
        timestamp.Seconds = seconds;
        timestamp.Nanos = (int)(rest * TimeSpan.NanosecondsPerTick);
    }
}
