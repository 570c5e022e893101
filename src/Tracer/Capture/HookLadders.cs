// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Bpf.Probe;

namespace Tracer.Capture;

/// <summary>Every fact and its ladder of hooks (docs/decisions/0003): the only list of them.</summary>
public static class HookLadders
{
    public const string Owner = "owner-record";
    public const string Storage = "sk-storage";
    public const string Hash = "hash";
    public const string Stacks = "stacks";
    public const string UnwindTables = "unwind-tables";

    private const string NoStack = "the acceptor is the first task that uses the socket; sockets never used show their holders only";

    public static IReadOnlyList<HookFact> All { get; } =
    [
        new("transitions",
        [
            new("tp_btf/inet_sock_set_state", ["on_state_change", "on_nested_change"], "", Tracepoint("inet_sock_set_state")),
        ]) { IsRequired = true },
        new(Owner,
        [
            new(Storage, [], "", p => p.TryTracingHelper(BpfHelper.SkStorageGet)),
            new(Hash, [], "memory is bounded by the table, and listeners are matched by address where no hook names them"),
        ]),
        new("close",
        [
            new("fentry/tcp_close", ["on_close_fentry"], "", p => p.TryFentry("tcp_close")),
            new("kprobe/tcp_close", ["on_close_kprobe"], "", p => p.TryKprobe("tcp_close")) { NeedsHash = true },
            new("transition", [], ""),
        ]),
        new("accept",
        [
            new("fexit/inet_csk_accept", ["on_accept_fexit"], "", p => p.TryFexit("inet_csk_accept")),
            new("kretprobe/inet_csk_accept", ["on_accept_kret"], "", p => p.TryKretprobe("inet_csk_accept")) { NeedsHash = true },
            new("first-use", [], NoStack),
        ]),
        new("accept-queue",
        [
            new("storage-clone", [], "") { OnlyWithHash = false },
            new("fentry/inet_csk_reqsk_queue_add", ["on_queued_fentry"], "", p => p.TryFentry("inet_csk_reqsk_queue_add")) { OnlyWithHash = true },
            new("kprobe/inet_csk_reqsk_queue_add", ["on_queued_kprobe"], "", p => p.TryKprobe("inet_csk_reqsk_queue_add")) { NeedsHash = true, OnlyWithHash = true },
            new("no-socket", [], "listeners that share a port are told apart by scans only"),
        ]),
        new("receive",
        [
            new("tp_btf/sock_recv_length", ["on_receive"], "", Tracepoint("sock_recv_length")),
            new("fexit/tcp_recvmsg", ["on_recv_fexit"], "", p => p.TryFexit("tcp_recvmsg")),
            new("kretprobe/tcp_recvmsg", ["on_recv_kprobe", "on_recv_kret"], "the end of the stream is taken from the result alone", p => p.TryKretprobe("tcp_recvmsg")) { NeedsHash = true },
            new("sequence-numbers", [], "nobody is named as reader; whether the end was read is still known"),
        ]),
        new("send",
        [
            new("tp_btf/sock_send_length", ["on_send"], "", Tracepoint("sock_send_length")),
            new("none", [], "sends after the FIN are not timed, and senders are not adopted as acceptors"),
        ]),
        new(Stacks,
        [
            new(UnwindTables, ["on_mapping", "on_exec", "on_fork"], "", TryUnwindTables),
            new("frame-pointers", [], "callers of code without frame pointers are missing, and so are the frames of interpreters"),
        ]),
        new("reset",
        [
            new("tp_btf/tcp_receive_reset", ["on_reset"], "", Tracepoint("tcp_receive_reset")),
            new("sk_err", [], ""),
        ]),
        new("release",
        [
            new("tp_btf/tcp_destroy_sock", ["on_destroy"], "", Tracepoint("tcp_destroy_sock")),
            new("scan", [], "the close of a descriptor left open after a reset is noticed at the next scan, without its closer"),
        ]),
        new("process-exit",
        [
            new("tp_btf/sched_process_exit", ["on_process_exit"], "", Tracepoint("sched_process_exit")),
            new("scan", [], "holders that ended are noticed at the next scan"),
        ]),
        new("snapshot",
        [
            new("iter/tcp", ["on_snapshot"], "", p => p.TryIterator("tcp")),
            new("none", [], "sockets that existed before the start are not listed, and lost events are not repaired"),
        ]),
        new("holders",
        [
            new("iter/task_file", ["on_descriptor"], "", TryDescriptors),
            new("none", [], "descriptors and their processes are not listed"),
        ]),
        new("threads",
        [
            new("iter/task", ["on_thread"], "", TryThreads),
            new("procfs", [], "stacks of threads that are asked for begin with a guessed frame pointer, and lack the frames of CPython"),
        ]),
    ];

    private static Func<ProgramProbe, ProbeResult> Tracepoint(string name) => p => p.TryTracingTracepoint(name);

    // bpf_find_vma() came with bpf_loop() in 5.17.
    private static ProbeResult TryUnwindTables(ProgramProbe probe)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return new ProbeResult(false, 0, "the unwind rules are about the registers of x86-64");
        ProbeResult loop = probe.TryTracingHelper(BpfHelper.Loop);
        return loop.Works ? probe.TryIterator("task_vma") : loop; // sched_process_exec and _fork are older than BTF
    }

    private static ProbeResult TryThreads(ProgramProbe probe)
    {
        ProbeResult registers = probe.TryTracingHelper(BpfHelper.TaskPtRegs);
        return registers.Works ? probe.TryIterator("task") : registers;
    }

    private static ProbeResult TryDescriptors(ProgramProbe probe)
    {
        ProbeResult iterator = probe.TryIterator("task_file");
        return iterator.Works ? probe.TryTracingHelper(BpfHelper.SockFromFile) : iterator;
    }
}
