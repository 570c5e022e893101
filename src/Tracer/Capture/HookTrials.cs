// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Bpf.Probe;

namespace Tracer.Capture;

/// <summary>The kinds of hooks, how each is tried, and since when kernels have them: the version that first had the named commit.</summary>
internal static class HookTrials
{
    private const string TypeInformation = "CONFIG_DEBUG_INFO_BTF";
    private const string Events = "CONFIG_BPF_EVENTS"; // registers the program types for tracing, include/linux/bpf_types.h
    private const string Trampolines = "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS";

    // f1b9509c2fb0: typed programs on tracepoints.
    private static readonly Version TypedTracepoints = new(5, 5);

    // fec56f5890d9: trampolines of x86-64. arm64 builds them since 6.0, and attaches them since 2aa6ac03516d.
    private static readonly Version FunctionTrampolines = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? new(6, 4) : new(5, 5);

    /// <summary>inet_sock_set_state is there since 4.16; its program makes a TCP socket of its argument (478cfbdf5f13).</summary>
    public static HookTrial Spine { get; } = new(
        p => p.TryTracingHelper(BpfHelper.SkcToTcpSock) is { Works: false } no ? no : p.TryTracingTracepoint("inet_sock_set_state"),
        Typed(5, 9));

    /// <summary>3ca1032ab7ab.</summary>
    public static HookTrial CurrentTask { get; } = new(p => p.TryTracingHelper(BpfHelper.GetCurrentTaskBtf), Typed(5, 11));

    /// <summary>6ae08ae3dea2. Refused under lockdown=confidentiality (9d1f8be5cf42): it reads any address.</summary>
    public static HookTrial ProbeRead { get; } = new(p => p.TryTracingHelper(BpfHelper.ProbeReadKernel), new(new(5, 5), Events) { IsLockedDown = true });

    /// <summary>
    /// e6f2dd0f8067 bpf_loop() and 7c7e3d31e785 bpf_find_vma(), both 5.17; 3d7d562f72dc iter/task_vma, 5.12. sched_process_exec and _fork
    /// are older than BTF. The kernel would give bpf_probe_read_user() under lockdown as well, but see <see cref="UserMemory"/>.
    /// </summary>
    public static HookTrial UnwindTables { get; } = new(
        p => RuntimeInformation.ProcessArchitecture != Architecture.X64 ? new ProbeResult(false, 0, "the unwind rules are about the registers of x86-64")
            : UserMemory(p) is { Works: false } forbidden ? forbidden
            : p.TryTracingHelper(BpfHelper.Loop) is { Works: false } no ? no : p.TryIterator("task_vma"),
        Typed(5, 17) with { IsLockedDown = true });

    /// <summary>52d87d5f6418.</summary>
    public static HookTrial Sockets { get; } = new(p => p.TryIterator("tcp"), new(new(5, 9), TypeInformation, "CONFIG_PROC_FS"));

    /// <summary>eaaacd23910f iter/task_file, 5.8; 4f19cab76136 bpf_sock_from_file().</summary>
    public static HookTrial Descriptors { get; } = new(
        p => p.TryIterator("task_file") is { Works: false } no ? no : p.TryTracingHelper(BpfHelper.SockFromFile),
        Typed(5, 11));

    /// <summary>eaaacd23910f iter/task_file, 5.8. What bpf_sock_from_file() does by type is done by probe reads.</summary>
    public static HookTrial ProbedDescriptors { get; } = new(
        p => p.TryIterator("task_file") is { Works: false } no ? no : p.TryTracingHelper(BpfHelper.ProbeReadKernel),
        Typed(5, 8) with { IsLockedDown = true });

    /// <summary>eaaacd23910f iter/task, 5.8; dd6e10fbd9fb bpf_task_pt_regs().</summary>
    public static HookTrial Threads { get; } = new(
        p => p.TryTracingHelper(BpfHelper.TaskPtRegs) is { Works: false } no ? no : p.TryIterator("task"),
        Typed(5, 15));

    /// <summary>
    /// Whether a program may read user memory. Where bpf_probe_read_kernel() is refused, libbpf takes the kernel for one before 5.5, and
    /// puts the bpf_probe_read() of those days in place of bpf_probe_read_user() too: lockdown=confidentiality refuses that.
    /// </summary>
    public static ProbeResult UserMemory(ProgramProbe probe) =>
        probe.TryTracingHelper(BpfHelper.ProbeReadKernel) is { Works: false } refused ? refused : probe.TryTracingHelper(BpfHelper.ProbeReadUser);

    /// <summary>A tracepoint that is older than typed programs.</summary>
    public static HookTrial Tracepoint(string name) => new(p => p.TryTracingTracepoint(name), Typed(TypedTracepoints));

    /// <summary>6e6eda44b939: sock_send_length and sock_recv_length.</summary>
    public static HookTrial LengthTracepoint(string name) => new(p => p.TryTracingTracepoint(name), Typed(6, 3));

    public static HookTrial Fentry(string function) => new(p => p.TryFentry(function), new(FunctionTrampolines, TypeInformation, Trampolines, "CONFIG_BPF_JIT"));

    public static HookTrial Fexit(string function) => Fentry(function) with { Try = p => p.TryFexit(function) };

    /// <summary>e12f03d7031a: probes without tracefs. Refused under lockdown=confidentiality (a94549dd87f5).</summary>
    public static HookTrial Kprobe(string function) => new(
        p => p.TryKprobe(function), new(new(4, 17), "CONFIG_KPROBES", "CONFIG_KPROBE_EVENTS", Events) { IsLockedDown = true });

    public static HookTrial Kretprobe(string function) => Kprobe(function) with { Try = p => p.TryKretprobe(function) };

    private static KernelNeed Typed(int major, int minor) => Typed(new Version(major, minor));

    private static KernelNeed Typed(Version since) => new(since, TypeInformation, Events);
}
