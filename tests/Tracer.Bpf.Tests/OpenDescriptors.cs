// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Bpf.Tests;

/// <summary>What this process holds open of the kernel's BPF objects; other descriptors come and go with the runtime.</summary>
internal static class OpenDescriptors
{
    private static readonly string[] Kinds = ["bpf", "btf", "[perf_event]", "[eventfd]"];

    public static int CountBpf() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(IsBpf);

    /// <summary>The kernel's numbers of the programs held open.</summary>
    public static IEnumerable<int> ProgramNumbers()
    {
        const string key = "prog_id:";
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (new FileInfo(path).LinkTarget != "anon_inode:bpf-prog")
                continue;
            string line = File.ReadLines($"/proc/self/fdinfo/{Path.GetFileName(path)}").First(l => l.StartsWith(key, StringComparison.Ordinal));
            yield return int.Parse(line[key.Length..], CultureInfo.InvariantCulture);
        }
    }

    private static bool IsBpf(string path)
    {
        string? target = new FileInfo(path).LinkTarget; // null when it was closed meanwhile
        return target is not null && target.StartsWith("anon_inode:", StringComparison.Ordinal)
            && Kinds.Any(kind => target.AsSpan("anon_inode:".Length).StartsWith(kind, StringComparison.Ordinal));
    }
}
