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
    private KernelSurvey(KernelFacts facts, ProgramProbe probe, HookPlan plan)
    {
        Facts = facts;
        Probe = probe;
        Plan = plan;
    }

    public KernelFacts Facts { get; }

    public ProgramProbe Probe { get; }

    public HookPlan Plan { get; }

    /// <summary>The facts that nothing has to be tried for.</summary>
    /// <exception cref="StartException">Not permitted, or this kernel is below the minimum.</exception>
    public static KernelFacts ReadFacts(DaemonOptions options)
    {
        CheckMachine(RuntimeInformation.ProcessArchitecture);
        KernelFacts facts = KernelFacts.Read(new ProcfsRoot());
        KernelMinimum.Check(facts, options.BtfPath);
        return facts;
    }

    /// <exception cref="StartException">This kernel is below the minimum.</exception>
    /// <exception cref="HookChoiceException">A forced hook cannot be had.</exception>
    public static KernelSurvey Make(DaemonOptions options, KernelFacts facts)
    {
        ProgramProbe probe = ProgramProbe.Open(options.BtfPath);
        try
        {
            KernelMinimum.CheckRing(facts, probe.TryMapType(BpfMapType.RingBuffer));
            var plan = HookPlan.Choose(probe, options.ForcedHooks);
            KernelMinimum.CheckPlan(facts, plan.Unsupported);
            return new KernelSurvey(facts, probe, plan);
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
}
