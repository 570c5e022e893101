// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Bench;

/// <summary>Processor time of single threads, to the nanosecond: time that a neighbour took is not in it.</summary>
internal static class ThreadTime
{
    public static double OfCaller() => Read("/proc/thread-self");

    /// <summary>Of the daemon's thread with this name.</summary>
    public static double Of(int pid, string name) => Directory.GetDirectories($"/proc/{pid}/task")
        .Where(thread => File.ReadAllText(Path.Combine(thread, "comm")).Trim() == name)
        .Sum(Read);

    /// <summary>Of all threads that live.</summary>
    public static double OfAll(int pid) => Directory.GetDirectories($"/proc/{pid}/task").Sum(Read);

    private static double Read(string thread) => double.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
}
