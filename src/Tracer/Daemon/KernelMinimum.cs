// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Probe;
using Tracer.Linux;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>Without what nothing works at all: one line, and the exit code that says whose fault it is.</summary>
internal static class KernelMinimum
{
    private const string KernelBtf = "/sys/kernel/btf/vmlinux";

    // 457f44363a88
    private static readonly Version RingBuffers = new(5, 8);

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

    private static StartException Unsupported(string reason) => new(reason, ExitCode.KernelUnsupported);
}
