// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class KernelFactsTests
{
    [Fact]
    public void Recorded_host_is_read()
    {
        using var sysfs = new TempFolder();
        Directory.CreateDirectory(sysfs["kernel/security"]);
        Directory.CreateDirectory(sysfs["kernel/btf"]);
        Directory.CreateDirectory(sysfs["devices/system/cpu"]);
        File.WriteAllText(sysfs["kernel/security/lockdown"], "none [integrity] confidentiality\n");
        File.WriteAllText(sysfs["kernel/btf/vmlinux"], "");
        File.WriteAllText(sysfs["devices/system/cpu/possible"], "0,2-5\n");

        KernelFacts facts = KernelFacts.Read(TestData.Procfs("host"), sysfs.Path);

        Assert.Equal("6.1.0-18-amd64", facts.Release);
        Assert.Equal(new Version(6, 1), facts.Version);
        Assert.Equal(LockdownMode.Integrity, facts.Lockdown);
        Assert.True(facts.HasBtf);
        Assert.Equal(5, facts.PossibleCpuCount);
        Assert.Equal(new ResourceLimit(8388608, ResourceLimit.Unlimited), facts.MemlockLimit);
        Assert.True(facts.Capabilities.Has(LinuxCapability.Bpf));
        Assert.True(facts.Capabilities.Has(LinuxCapability.DacReadSearch));
        Assert.False(facts.Capabilities.Has(LinuxCapability.SysAdmin));
        Assert.True(facts.Capabilities.CanTrace);
    }

    [Fact]
    public void Missing_files_are_unknown()
    {
        using var empty = new TempFolder();

        KernelFacts facts = KernelFacts.Read(new ProcfsRoot(empty.Path), empty.Path);

        Assert.Equal(("", LockdownMode.Unknown, false, 0), (facts.Release, facts.Lockdown, facts.HasBtf, facts.PossibleCpuCount));
        Assert.Null(facts.MemlockLimit);
        Assert.False(facts.Capabilities.CanTrace);
    }

    [Theory]
    [InlineData("0", 1)]
    [InlineData("0-3", 4)]
    [InlineData("0-1,4-7", 6)]
    [InlineData("", 0)]
    [InlineData("3-1", 0)]
    [InlineData("0-99999999999", 0)]
    [InlineData("a-b", 0)]
    public void Possible_cpus_are_counted(string text, int count) => Assert.Equal(count, KernelFacts.CountCpus(text));

    [Theory]
    [InlineData("5.10.0-46-cloud-amd64", "5.10")]
    [InlineData("6.12.117+deb13-cloud-amd64", "6.12")]
    [InlineData("7.3-rc7", "7.3")]
    [InlineData("6.18.44-fc-v657", "6.18")]
    [InlineData("6", null)]
    [InlineData("", null)]
    [InlineData("next-20261121", null)]
    [InlineData("99999999999.1", null)]
    public void Version_is_what_the_release_begins_with(string release, string? version) =>
        Assert.Equal(version, KernelFacts.ParseVersion(release)?.ToString());

    [Theory]
    [InlineData("[none] integrity confidentiality", LockdownMode.None)]
    [InlineData("none integrity [confidentiality]", LockdownMode.Confidentiality)]
    [InlineData("none", LockdownMode.Unknown)]
    public void Lockdown_mode_is_the_bracketed_one(string text, LockdownMode mode) => Assert.Equal(mode, KernelFacts.ParseLockdown(text));

    [Fact]
    public void Live_kernel_agrees_with_its_tools()
    {
        KernelFacts facts = KernelFacts.Read(new ProcfsRoot());

        Assert.Equal(Tool.Run("uname", "-r").Trim(), facts.Release);
        // HZ is 100, 250, 300 or 1000.
        Assert.InRange(facts.TickNs, 1_000_000UL, 10_000_000UL);
        Assert.InRange(facts.PossibleCpuCount, Environment.ProcessorCount, 1 << 16);
        Assert.Equal(File.Exists("/sys/kernel/btf/vmlinux"), facts.HasBtf);
    }
}
