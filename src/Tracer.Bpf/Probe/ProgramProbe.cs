// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Probe;

/// <summary>
/// Finds out what this kernel permits by trying it: each answer comes from a tiny program that was loaded, attached where
/// attaching may fail separately, and removed by <see cref="Dispose"/>. Versions and configuration files are never asked, because kernels
/// exist that refuse to root what they were built with.
/// </summary>
public sealed unsafe class ProgramProbe : IDisposable
{
    private const string StateTracepoint = "inet_sock_set_state";
    private const string DescriptorIterator = "task_file";

    private readonly KernelTypes _types;

    // Attaching a tracepoint waits for a grace period (10-20 ms) when another was detached just before (tp_rcu_cond_sync in
    // kernel/tracepoint.c), so trial programs stay attached until the end.
    private readonly List<DescriptorHandle> _attached = [];

    private ProgramProbe(KernelTypes types) => _types = types;

    /// <summary>Reads the kernel's type information once; a path replaces the kernel's own.</summary>
    public static ProgramProbe Open(string? btfPath = null) => new(KernelTypes.Read(btfPath));

    /// <summary>Whether the kernel describes its types, without which only kprobes can work.</summary>
    public ProbeResult TryKernelTypes() => _types.ErrorNumber == 0
        ? ProbeResult.Success
        : ProbeResult.Failure("this kernel has no BTF", _types.ErrorNumber);

    /// <summary>Whether the kernel's BTF names a function. It may still be one that no program can attach to.</summary>
    public bool KernelFunctionExists(string name) => _types.Find(name, KernelTypes.Function) != 0;

    /// <summary>Parameters of a kernel function, which differ between versions; null when there is no such function.</summary>
    public int? CountParameters(string function) => _types.CountParameters(function);

    public ProbeResult TryFentry(string function) => TryTracing(function, KernelTypes.Function, TinyProgram.AttachFentry);

    public ProbeResult TryFexit(string function) => TryTracing(function, KernelTypes.Function, TinyProgram.AttachFexit);

    /// <summary>A tracepoint with typed arguments (tp_btf).</summary>
    public ProbeResult TryTracingTracepoint(string tracepoint) =>
        TryTracing($"btf_trace_{tracepoint}", KernelTypes.Typedef, TinyProgram.AttachRawTracepoint);

    public ProbeResult TryKprobe(string function) => TryPerfProbe(function, atReturn: false);

    public ProbeResult TryKretprobe(string function) => TryPerfProbe(function, atReturn: true);

    /// <summary>An iterator such as "tcp" or "task_file".</summary>
    public ProbeResult TryIterator(string name)
    {
        if (!TryFindType($"bpf_iter_{name}", KernelTypes.Function, out uint type, out ProbeResult result))
            return result;
        using DescriptorHandle program = TinyProgram.Load(TinyProgram.TypeTracing, TinyProgram.AttachIterator, type, TinyProgram.Empty, null, out result);
        return result.Works ? ToAttachResult(LibBpf.bpf_link_create(program, 0, TinyProgram.AttachIterator, null)) : result;
    }

    /// <summary>Whether a helper may be called where this product calls it: in tp_btf/inet_sock_set_state or iter/task_file.</summary>
    public ProbeResult TryTracingHelper(BpfHelper helper)
    {
        bool isIterator = HelperRecipe.NeedsFile(helper);
        string place = isIterator ? $"bpf_iter_{DescriptorIterator}" : $"btf_trace_{StateTracepoint}";
        if (!TryFindType(place, isIterator ? KernelTypes.Function : KernelTypes.Typedef, out uint type, out ProbeResult result))
            return result;
        int errno = 0;
        using ProbeBtf? btf = HelperRecipe.NeedsBtf(helper) ? ProbeBtf.TryLoad(out errno) : null;
        if (errno != 0)
            return ProbeResult.Failure("the kernel refuses type information", errno);
        BpfInstruction[] instructions = HelperRecipe.Build(helper);
        int attachType = isIterator ? TinyProgram.AttachIterator : TinyProgram.AttachRawTracepoint;
        TinyProgram.Load(TinyProgram.TypeTracing, attachType, type, instructions, btf, out result).Dispose();
        return result;
    }

    public ProbeResult TryMapType(BpfMapType type)
    {
        bool isRing = type == BpfMapType.RingBuffer;
        uint keySize = isRing ? 0u : 4u;
        uint valueSize = isRing ? 0u : 8u; // a stack trace is made of addresses
        uint entries = isRing ? (uint)Environment.SystemPageSize : 1;
        int fd = LibBpf.bpf_map_create((int)type, "closewait_probe", keySize, valueSize, entries, null);
        if (fd < 0)
            return ProbeResult.Failure("the kernel refuses to create it", -fd);
        new DescriptorHandle(fd).Dispose();
        return ProbeResult.Success;
    }

    /// <summary>
    /// Detaches everything. Where a function's or tracepoint's last program goes, the kernel waits for a grace period, for fentry
    /// a long one; so dispose this after the real programs are attached.
    /// </summary>
    public void Dispose()
    {
        foreach (DescriptorHandle link in _attached)
            link.Dispose();
        _attached.Clear();
        _types.Dispose();
    }

    private ProbeResult TryTracing(string typeName, uint kind, int attachType)
    {
        if (!TryFindType(typeName, kind, out uint type, out ProbeResult result))
            return result;
        using DescriptorHandle program = TinyProgram.Load(TinyProgram.TypeTracing, attachType, type, TinyProgram.Empty, null, out result);
        // Some kernels load such programs and refuse to attach them (arm64 before 6.4: ENOTSUPP).
        return result.Works ? ToAttachResult(LibBpf.bpf_raw_tracepoint_open(null, program)) : result;
    }

    private static ProbeResult TryPerfProbe(string function, bool atReturn)
    {
        using DescriptorHandle program = TinyProgram.Load(TinyProgram.TypeKprobe, 0, 0, TinyProgram.Empty, null, out ProbeResult result);
        return result.Works ? PerfProbe.Try(program, function, atReturn) : result;
    }

    private bool TryFindType(string name, uint kind, out uint type, out ProbeResult failure)
    {
        type = _types.Find(name, kind);
        failure = type != 0 ? default
            : _types.ErrorNumber != 0 ? TryKernelTypes()
            : ProbeResult.Failure($"this kernel's BTF has no {name}", Errno.ENOENT);
        return type != 0;
    }

    private ProbeResult ToAttachResult(int link)
    {
        if (link < 0)
            return ProbeResult.Failure("it loads, but cannot be attached", -link);
        _attached.Add(new DescriptorHandle(link));
        return ProbeResult.Success;
    }
}
