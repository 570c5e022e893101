// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>When a process started, read independently of the product.</summary>
internal static class ProcessClock
{
    private const double TicksPerSecond = 100; // USER_HZ, fixed in the kernel's ABI

    public static async Task<DateTimeOffset> StartOf(int pid)
    {
        string stat = await File.ReadAllTextAsync($"/proc/{pid}/stat");
        string[] afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        double start = double.Parse(afterName[19], CultureInfo.InvariantCulture) / TicksPerSecond; // field 22
        string uptime = (await File.ReadAllTextAsync("/proc/uptime")).Split(' ')[0];
        return DateTimeOffset.UtcNow.AddSeconds(start - double.Parse(uptime, CultureInfo.InvariantCulture));
    }
}
