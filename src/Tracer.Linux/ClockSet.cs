// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Interop;

namespace Tracer.Linux;

/// <summary>
/// One simultaneous reading of the kernel's clocks, in nanoseconds, and the conversions that follow from it. Wall time jumps and suspend
/// moves the boot clock: read a fresh set now and then.
/// </summary>
public readonly record struct ClockSet(ulong MonotonicNs, ulong BoottimeNs, ulong RealtimeNs)
{
    private const int Attempts = 5;
    private const ulong NanosecondsPerDateTick = 100;

    /// <summary>Reads the three clocks; the reading with the least time between first and last of a few.</summary>
    public static ClockSet Read()
    {
        ClockSet best = default;
        ulong bestWidth = ulong.MaxValue;
        for (int i = 0; i < Attempts; i++)
        {
            ulong before = ReadClock(LinuxConstants.CLOCK_MONOTONIC);
            ulong boottime = ReadClock(LinuxConstants.CLOCK_BOOTTIME);
            ulong realtime = ReadClock(LinuxConstants.CLOCK_REALTIME);
            ulong width = ReadClock(LinuxConstants.CLOCK_MONOTONIC) - before;
            if (width >= bestWidth)
                continue;
            bestWidth = width;
            best = new ClockSet(before + (width / 2), boottime, realtime);
        }

        return best;
    }

    /// <summary>CLOCK_MONOTONIC now: the clock of ktime_ns.</summary>
    public static ulong ReadMonotonicNs() => ReadClock(LinuxConstants.CLOCK_MONOTONIC);

    /// <summary>Wall time of a CLOCK_MONOTONIC time.</summary>
    public DateTimeOffset MonotonicToWallClock(ulong monotonicNs) => ToWallClock(unchecked((long)(monotonicNs - MonotonicNs)));

    /// <summary>Wall time of a CLOCK_BOOTTIME time.</summary>
    public DateTimeOffset BoottimeToWallClock(ulong boottimeNs) => ToWallClock(unchecked((long)(boottimeNs - BoottimeNs)));

    private DateTimeOffset ToWallClock(long distanceNs)
    {
        long now = DateTimeOffset.UnixEpoch.Ticks + (long)(RealtimeNs / NanosecondsPerDateTick);
        // A nonsensical time from a damaged record must not throw here.
        long ticks = Math.Clamp(now + (distanceNs / (long)NanosecondsPerDateTick), 0, DateTime.MaxValue.Ticks);
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    private static ulong ReadClock(int clock) =>
        LibCFiles.clock_gettime(clock, out LinuxTimespec time) == 0
            ? time.TotalNanoseconds
            : throw LinuxException.FromLastError("read clock");
}
