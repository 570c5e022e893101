// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Bpf.Probe;
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Linux.Procfs;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>What this kernel and this user may do, found out once before anything is loaded.</summary>
public sealed class KernelSurvey : IDisposable
{
    private const string KernelBtf = "/sys/kernel/btf/vmlinux";

    private KernelSurvey(KernelFacts facts, ProgramProbe probe, HookPlan plan)
    {
        Facts = facts;
        Probe = probe;
        Plan = plan;
    }

    public KernelFacts Facts { get; }

    public ProgramProbe Probe { get; }

    public HookPlan Plan { get; }

    /// <exception cref="StartException">Not permitted, or this kernel is below the minimum.</exception>
    /// <exception cref="HookChoiceException">A forced hook cannot be had.</exception>
    public static KernelSurvey Make(DaemonOptions options)
    {
        CheckMachine(RuntimeInformation.ProcessArchitecture);
        KernelFacts facts = KernelFacts.Read(new ProcfsRoot());
        CheckPermission(facts);
        CheckBtf(facts, options.BtfPath);
        ProgramProbe probe = ProgramProbe.Open(options.BtfPath);
        try
        {
            var plan = HookPlan.Choose(probe, options.ForcedHooks);
            return plan.Unsupported is { } reason
                ? throw new StartException(reason, ExitCode.KernelUnsupported)
                : new KernelSurvey(facts, probe, plan);
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    public void Dispose() => Probe.Dispose();

    internal static void CheckMachine(Architecture machine)
    {
        if (BpfResource.NameFor(machine, usesUnwindTables: false) is null)
            throw new StartException($"there are no BPF programs for {machine.ToString().ToLowerInvariant()}: only for x86-64 and, not tested, for arm64", ExitCode.KernelUnsupported);
        if (machine != Architecture.X64)
            Announcement.UntestedMachine(machine);
    }

    private static void CheckPermission(KernelFacts facts)
    {
        bool mayLoad = facts.Capabilities.Has(LinuxCapability.SysAdmin)
            || (facts.Capabilities.Has(LinuxCapability.Bpf) && facts.Capabilities.Has(LinuxCapability.Perfmon));
        if (!mayLoad)
            throw new StartException("not permitted to load BPF programs: run it as root", ExitCode.NotPermitted);
    }

    private static void CheckBtf(KernelFacts facts, string? btfPath)
    {
        if (btfPath is null && !facts.HasBtf)
            throw new StartException($"{KernelBtf} is missing: this kernel was built without CONFIG_DEBUG_INFO_BTF; give its BTF with --btf", ExitCode.KernelUnsupported);
        if (btfPath is not null && !File.Exists(btfPath))
            throw new StartException($"--btf {btfPath}: no such file", ExitCode.Usage);
    }
}
