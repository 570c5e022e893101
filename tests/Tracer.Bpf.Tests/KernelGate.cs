// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Bpf.Tests;

/// <summary>Skips a test where it cannot run, or fails it where CLOSEWAIT_REQUIRE_KERNEL=1 promises that it can.</summary>
internal static class KernelGate
{
    private const string KernelBtf = "/sys/kernel/btf/vmlinux";

    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
            SkipOrFail("needs root to load BPF programs");
        if (!File.Exists(KernelBtf))
            SkipOrFail($"this kernel has no {KernelBtf}");
    }

    public static void SkipOrFail(string reason)
    {
        if (Environment.GetEnvironmentVariable("CLOSEWAIT_REQUIRE_KERNEL") == "1")
            Assert.Fail($"CLOSEWAIT_REQUIRE_KERNEL=1, but {reason}");
        Assert.Skip(reason);
    }
}
