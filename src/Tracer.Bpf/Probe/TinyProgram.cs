// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Probe;

/// <summary>Loads programs of a few instructions, to see whether the kernel takes them.</summary>
internal static unsafe class TinyProgram
{
    internal const int TypeKprobe = 2; // BPF_PROG_TYPE_KPROBE
    internal const int TypeTracing = 26; // BPF_PROG_TYPE_TRACING

    internal const int AttachRawTracepoint = 23; // BPF_TRACE_RAW_TP
    internal const int AttachFentry = 24; // BPF_TRACE_FENTRY
    internal const int AttachFexit = 25; // BPF_TRACE_FEXIT
    internal const int AttachIterator = 28; // BPF_TRACE_ITER

    private const int LogSize = 4096;

    /// <summary>r0 = 0; exit</summary>
    internal static readonly BpfInstruction[] Empty = [BpfInstruction.Move(0, 0), BpfInstruction.Exit()];

    /// <summary>The loaded program, or an invalid handle and why the kernel refused.</summary>
    internal static DescriptorHandle Load(int type, int attachType, uint attachBtfId, ReadOnlySpan<BpfInstruction> instructions,
        ProbeBtf? btf, out ProbeResult result)
    {
        byte* log = stackalloc byte[LogSize];
        log[0] = 0;
        ReadOnlySpan<FunctionInfo> functions = ProbeBtf.Functions;
        fixed (BpfInstruction* start = instructions)
        fixed (FunctionInfo* functionInfo = functions)
        {
            var options = new BpfProgramLoadOptions
            {
                Size = (nuint)sizeof(BpfProgramLoadOptions),
                ExpectedAttachType = attachType,
                AttachBtfId = attachBtfId,
                // Level 0 with a buffer: libbpf asks for the log only in a second attempt, after a failure.
                LogBuffer = log,
                LogSize = LogSize,
            };
            if (btf is not null)
            {
                options.ProgramBtfFd = (uint)btf.Fd;
                options.FuncInfo = functionInfo;
                options.FuncInfoCount = (uint)functions.Length;
                options.FuncInfoRecordSize = (uint)sizeof(FunctionInfo);
            }
            // GPL: most tracing helpers are offered to such programs only.
            int fd = LibBpf.bpf_prog_load(type, "closewait_probe", "GPL", start, (nuint)instructions.Length, &options);
            result = fd >= 0 ? ProbeResult.Success : ProbeResult.Failure("the kernel refuses to load it", -fd, LastWords(log));
            return new DescriptorHandle(fd >= 0 ? fd : -1);
        }
    }

    private static string LastWords(byte* log)
    {
        string text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(log));
        return LoadFailure.Summarize(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
