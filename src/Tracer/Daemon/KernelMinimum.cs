// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Bpf.Probe;
using Tracer.Linux;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>Without what nothing works at all: one line, and the exit code that says whose fault it is.</summary>
internal static class KernelMinimum
{
    private const string KernelBtf = "/sys/kernel/btf/vmlinux";

    private static readonly Version RingBuffers = new(5, 8); // 457f44363a88
    private static readonly Version CgroupMemory = new(5, 11); // 3ac1f01b43b6: maps no longer count as locked memory

    /// <summary>Before anything is tried.</summary>
    public static void Check(KernelFacts facts, string? btfPath)
    {
        if (!facts.Capabilities.CanTrace)
            throw new StartException("not permitted to load BPF programs: run it as root", ExitCode.NotPermitted);
        if (btfPath is not null && !File.Exists(btfPath))
            throw new StartException($"--btf {btfPath}: no such file", ExitCode.Usage);
        if (btfPath is null && !facts.HasBtf)
            throw Unsupported($"{KernelBtf} is missing: needs a kernel built with CONFIG_DEBUG_INFO_BTF; if it is only hidden here, `closewait run --btf FILE` takes a copy");
    }

    /// <summary>The way of every event to this process.</summary>
    public static void CheckRing(KernelFacts facts, ProbeResult ring)
    {
        if (ring.Works)
            return;
        throw facts.Version is { } version && version < RingBuffers
            ? Unsupported($"this kernel has no BPF ring buffer: needs kernel {RingBuffers} or later")
            : Unsupported($"this kernel gives no BPF ring buffer: {ring.Reason}");
    }

    /// <summary>What every other fact hangs on.</summary>
    public static void CheckPlan(KernelFacts facts, string? unsupported)
    {
        if (unsupported is null)
            return;
        throw facts.HasBtf
            ? Unsupported(unsupported)
            : Unsupported($"--btf says what this kernel's types are, but the kernel itself has to know them too (CONFIG_DEBUG_INFO_BTF): {unsupported}");
    }

    /// <summary>A load failed: was it the limit of locked memory, which libbpf could not raise?</summary>
    public static bool IsMemoryLimit(KernelFacts facts, BpfException failure) =>
        failure.ErrorNumber == Errno.EPERM && facts.Version is { } version && version < CgroupMemory
        && facts.MemlockLimit is { Soft: not ResourceLimit.Unlimited } && !facts.Capabilities.Has(LinuxCapability.SysResource);

    public static StartException MemoryLimit(KernelFacts facts) => new(
        $"locked memory is limited to {facts.MemlockLimit?.Soft / 1024} KiB, which kernels before {CgroupMemory} take all BPF maps from: run it with CAP_SYS_RESOURCE, or after `ulimit -l unlimited`",
        ExitCode.NotPermitted);

    private static StartException Unsupported(string reason) => new(reason, ExitCode.KernelUnsupported);
}
