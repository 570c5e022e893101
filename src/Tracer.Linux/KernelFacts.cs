// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux;

/// <summary>What does not change while this kernel and this process run.</summary>
/// <param name="Release">As uname -r; empty when not readable.</param>
/// <param name="TickNs">Length of a jiffy.</param>
/// <param name="Lockdown">State of the lockdown module.</param>
/// <param name="HasBtf">The kernel describes its own types.</param>
/// <param name="PossibleCpuCount">CPUs that per-CPU maps hold a value for; 0 when not readable.</param>
/// <param name="Capabilities">Effective capabilities of this process.</param>
/// <param name="MemlockLimit">RLIMIT_MEMLOCK of this process; null when not readable.</param>
public sealed record KernelFacts(
    string Release,
    ulong TickNs,
    LockdownMode Lockdown,
    bool HasBtf,
    int PossibleCpuCount,
    LinuxCapabilitySet Capabilities,
    ResourceLimit? MemlockLimit)
{
    /// <summary>Major and minor; null when the release does not begin with them.</summary>
    public Version? Version => ParseVersion(Release);

    private const int MaxBytes = 16 * 1024;
    private const int MaxCpus = 1 << 16;

    /// <summary>Reads the facts below the given roots.</summary>
    public static KernelFacts Read(ProcfsRoot procfs, string sysfs = "/sys")
    {
        return new KernelFacts(
            ReadText($"{procfs.Path}/sys/kernel/osrelease"),
            ReadTickNs(),
            ParseLockdown(ReadText($"{sysfs}/kernel/security/lockdown")),
            File.Exists($"{sysfs}/kernel/btf/vmlinux"),
            CountCpus(ReadText($"{sysfs}/devices/system/cpu/possible")),
            new LinuxCapabilitySet(ProcessStatusFile.Parse(ReadBytes($"{procfs.Path}/self/status")).EffectiveCapabilities.GetValueOrDefault()),
            ResourceLimit.Parse(ReadBytes($"{procfs.Path}/self/limits"), "Max locked memory"u8));
    }

    // "6.12.117+deb13-cloud-amd64"
    internal static Version? ParseVersion(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            ? new Version(major, minor)
            : null;
    }

    // "none [integrity] confidentiality": the brackets mark the one in force.
    internal static LockdownMode ParseLockdown(string text) => text switch
    {
        _ when text.Contains("[none]", StringComparison.Ordinal) => LockdownMode.None,
        _ when text.Contains("[integrity]", StringComparison.Ordinal) => LockdownMode.Integrity,
        _ when text.Contains("[confidentiality]", StringComparison.Ordinal) => LockdownMode.Confidentiality,
        _ => LockdownMode.Unknown,
    };

    // "0-3" or "0,2-5": per-CPU maps hold one value per possible CPU, holes in the numbering take no room.
    internal static int CountCpus(string text)
    {
        int count = 0;
        foreach (Range range in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> part = text.AsSpan()[range];
            int dash = part.IndexOf('-');
            if (!TryCpu(dash < 0 ? part : part[..dash], out int first) || !TryCpu(part[(dash + 1)..], out int last) || last < first)
                return 0;
            count += last - first + 1;
        }

        return Math.Min(count, MaxCpus);
    }

    private static bool TryCpu(ReadOnlySpan<char> text, out int cpu) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cpu) && cpu < MaxCpus;

    // The coarse clock advances once per jiffy, so its resolution is 1/HZ.
    private static ulong ReadTickNs() =>
        LibCFiles.clock_getres(LinuxConstants.CLOCK_MONOTONIC_COARSE, out LinuxTimespec tick) == 0
            ? tick.TotalNanoseconds
            : throw LinuxException.FromLastError("read clock resolution");

    private static byte[] ReadBytes(string path)
    {
        ProcfsRoot.ReadPath(path, MaxBytes, out byte[] content);
        return content;
    }

    private static string ReadText(string path) => ControlText.Sanitize(Encoding.UTF8.GetString(ReadBytes(path)).TrimEnd('\n'));
}
