// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;

namespace Tracer.Bench;

/// <summary>Processor time of other processes, from /proc.</summary>
internal static class ProcessTime
{
    private const double TicksPerSecond = 100; // USER_HZ

    public static double Seconds(int pid) => User(pid) + Kernel(pid);

    public static double User(int pid) => Field(pid, 11) / TicksPerSecond;

    public static double Kernel(int pid) => Field(pid, 12) / TicksPerSecond;

    /// <summary>Start-up work is not what is measured. Twice in a row, for its parts may wait for each other.</summary>
    public static async Task UntilIdle(int pid)
    {
        double before = Seconds(pid);
        int idle = 0;
        await Deadline.Until($"process {pid} is idle", async () =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100));
            (double last, before) = (before, Seconds(pid));
            idle = before - last <= 1 / TicksPerSecond ? idle + 1 : 0;
            return idle == 2 ? "idle" : null;
        });
    }

    /// <summary>Fields of /proc/PID/stat, counted from the state, which follows the name.</summary>
    private static double Field(int pid, int number)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return double.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number], CultureInfo.InvariantCulture);
    }
}
