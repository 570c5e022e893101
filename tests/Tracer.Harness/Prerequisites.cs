// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Harness;

/// <summary>What every test here needs. Without it a test skips with the reason, or fails where the kernel tests are required.</summary>
public static class Prerequisites
{
    /// <summary>The programs under observation were compiled elsewhere: in a virtual machine there is no compiler.</summary>
    public static bool IsPrebuilt { get; } = Environment.GetEnvironmentVariable("CLOSEWAIT_PREBUILT") == "1";

    public static bool Required { get; } = Environment.GetEnvironmentVariable("CLOSEWAIT_REQUIRE_KERNEL") == "1";

    /// <summary>What is missing, or null.</summary>
    public static string? Missing { get; } = FindMissing();

    public static void Demand()
    {
        if (Missing is null)
            return;
        if (Required)
            Assert.Fail("CLOSEWAIT_REQUIRE_KERNEL=1, but " + Missing);
        Assert.Skip(Missing);
    }

    /// <summary>Skips the calling test when this machine cannot show what it is about.</summary>
    public static void DemandTool(string path, string package)
    {
        if (File.Exists(path))
            return;
        string reason = $"{path} is missing (Debian package {package})";
        if (Required)
            Assert.Fail("CLOSEWAIT_REQUIRE_KERNEL=1, but " + reason);
        Assert.Skip(reason);
    }

    private static string? FindMissing()
    {
        if (!Environment.IsPrivilegedProcess)
            return "not root: loading BPF programs needs it";
        if (!File.Exists("/sys/kernel/btf/vmlinux"))
            return "no /sys/kernel/btf/vmlinux: this kernel has no BTF";
        if (!File.Exists(Repository.Executable))
            return Repository.Executable + " is not built (./build.sh, or set CLOSEWAIT_EXE)";
        string[] compilers = IsPrebuilt ? [] : ["gcc"];
        return Command.MissingTools([.. compilers, "ss", "ip", "bpftool", "unshare", "setpriv"]) is { Length: > 0 } tools
            ? "tools are missing: " + tools
            : null;
    }
}
