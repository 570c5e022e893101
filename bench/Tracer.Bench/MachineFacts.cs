// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>Figures mean something only beside the machine they are from.</summary>
internal static class MachineFacts
{
    public static IEnumerable<string> Lines()
    {
        yield return $"kernel      {Read("/proc/sys/kernel/osrelease")}";
        yield return $"processors  {Environment.ProcessorCount} x {Processor()}";
        yield return $"memory      {MemoryGiB():0.0} GiB";
        yield return $"load        {Read("/proc/loadavg")} before the first round (others count too)";
        yield return $"runtime     .NET {Environment.Version}";
        if (Read("/proc/sys/kernel/bpf_stats_enabled") != "0")
            yield return "note        kernel.bpf_stats_enabled is set: every BPF program is slower than usual";
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "unknown";

    private static string Processor()
    {
        string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return line is null ? "unknown" : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static double MemoryGiB() => StatusLine.Number("/proc/meminfo", "MemTotal:") / (1024 * 1024);
}
