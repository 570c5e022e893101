// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Bpf.Probe;
using Tracer.Daemon;
using Tracer.Linux;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;
using Tracer.Output;

namespace Tracer.Tests.Daemon;

/// <summary>Below the minimum: one line, and the exit code for it.</summary>
public sealed class KernelMinimumTests
{
    private const ulong SysResource = 1ul << (int)LinuxCapability.SysResource;

    private static readonly ProbeResult NoRing = new(false, Errno.EINVAL, "the kernel refuses to create it: EINVAL (Invalid argument)");

    [Fact]
    public void Without_privileges_the_kernel_is_not_to_blame() =>
        Assert.Equal(ExitCode.NotPermitted, Refusal(() => KernelMinimum.Check(Survey.Kernel("4.19.0", hasBtf: false, capabilities: 0), null)).ExitCode);

    [Fact]
    public void Without_type_information_the_option_for_it_is_named()
    {
        StartException refusal = Refusal(() => KernelMinimum.Check(Survey.Kernel("6.1.0", hasBtf: false), null));
        Assert.Equal(ExitCode.KernelUnsupported, refusal.ExitCode);
        Assert.Contains("CONFIG_DEBUG_INFO_BTF", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--btf FILE", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_file_stands_in_for_type_information() => KernelMinimum.Check(Survey.Kernel("6.1.0", hasBtf: false), "/proc/self/exe");

    [Fact]
    public void Without_a_ring_buffer_an_old_kernel_is_told_the_version()
    {
        StartException refusal = Refusal(() => KernelMinimum.CheckRing(Survey.Kernel("5.4.0-42-generic"), NoRing));
        Assert.Equal(("this kernel has no BPF ring buffer: needs kernel 5.8 or later", ExitCode.KernelUnsupported), (refusal.Message, refusal.ExitCode));
    }

    [Fact]
    public void Without_a_ring_buffer_a_new_kernel_is_quoted() =>
        Assert.EndsWith(NoRing.Reason, Refusal(() => KernelMinimum.CheckRing(Survey.Kernel("6.1.0"), NoRing)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_cannot_give_the_kernel_what_it_does_not_know_itself()
    {
        StartException refusal = Refusal(() => KernelMinimum.CheckPlan(Survey.Kernel("5.10.0", hasBtf: false), "this kernel takes no hook"));
        Assert.Equal(ExitCode.KernelUnsupported, refusal.ExitCode);
        Assert.StartsWith("--btf says", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("this kernel takes no hook", Refusal(() => KernelMinimum.CheckPlan(Survey.Kernel("5.10.0"), "this kernel takes no hook")).Message);
    }

    [Theory]
    [InlineData("5.10.0", ~SysResource, 65536ul, Errno.EPERM, true)]
    [InlineData("5.11.0", ~SysResource, 65536ul, Errno.EPERM, false)] // maps no longer count
    [InlineData("5.10.0", ~0ul, 65536ul, Errno.EPERM, false)] // libbpf raised it
    [InlineData("5.10.0", ~SysResource, ResourceLimit.Unlimited, Errno.EPERM, false)]
    [InlineData("5.10.0", ~SysResource, 65536ul, Errno.EINVAL, false)]
    public void Locked_memory_is_blamed_where_it_was_the_limit(string release, ulong capabilities, ulong limit, int errorNumber, bool isLimit)
    {
        KernelFacts facts = Survey.Kernel(release, capabilities: capabilities, memlock: limit);
        Assert.Equal(isLimit, KernelMinimum.IsMemoryLimit(facts, new BpfException("load BPF object", errorNumber)));
    }

    [Fact]
    public void Locked_memory_is_told_with_the_limit_and_the_way_out()
    {
        StartException refusal = KernelMinimum.MemoryLimit(Survey.Kernel("5.10.0", memlock: 65536));
        Assert.Equal(ExitCode.NotPermitted, refusal.ExitCode);
        Assert.StartsWith("locked memory is limited to 64 KiB", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("CAP_SYS_RESOURCE", refusal.Message, StringComparison.Ordinal);
    }

    private static StartException Refusal(Action action) => Assert.Throws<StartException>(action);
}
