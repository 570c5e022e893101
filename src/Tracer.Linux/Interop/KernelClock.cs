// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>The kernel's clocks, in nanoseconds, as BPF programs and procfs report them.</summary>
public static unsafe class KernelClock
{
    /// <summary>CLOCK_MONOTONIC: bpf_ktime_get_ns.</summary>
    public static ulong MonotonicNs() => Read(LibC.CLOCK_MONOTONIC);

    /// <summary>CLOCK_BOOTTIME: process start times; goes on counting during suspend.</summary>
    public static ulong BoottimeNs() => Read(LibC.CLOCK_BOOTTIME);

    /// <summary>Length of one jiffy. The coarse clock advances once per jiffy, so its resolution is 1/HZ.</summary>
    public static ulong JiffyNs()
    {
        LibC.TimeSpec resolution;
        if (LibC.clock_getres(LibC.CLOCK_MONOTONIC_COARSE, &resolution) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return ToNs(resolution);
    }

    /// <summary>USER_HZ: the unit of times in /proc/PID/stat, in ticks per second.</summary>
    public static long TicksPerSecond()
    {
        long ticks = LibC.sysconf(LibC._SC_CLK_TCK);
        return ticks > 0 ? ticks : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static ulong Read(int clock)
    {
        LibC.TimeSpec now;
        if (LibC.clock_gettime(clock, &now) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return ToNs(now);
    }

    private static ulong ToNs(in LibC.TimeSpec time) => (ulong)time.tv_sec * 1_000_000_000 + (ulong)time.tv_nsec;
}
