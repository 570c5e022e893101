// SPDX-License-Identifier: Apache-2.0
using static Tracer.Capture.HookTrials;

namespace Tracer.Capture;

/// <summary>Every fact and its ladder of hooks (docs/decisions/0003): the only list of them.</summary>
public static class HookLadders
{
    public const string Task = "task";
    public const string CurrentTask = "current-task";
    public const string ProbeRead = "probe-read";
    public const string Stacks = "stacks";
    public const string UnwindTables = "unwind-tables";

    /// <summary>The rung of a fact that is then not known at all.</summary>
    public const string None = "none";

    private const string NoStack = "the acceptor is the first task that uses the socket; sockets never used show their holders only";
    private const string NoTask = "nobody is named as opener, acceptor, reader or closer; processes that hold a socket still are";

    public static IReadOnlyList<HookFact> All { get; } =
    [
        new("transitions", "when a socket changes its state",
        [
            new("tp_btf/inet_sock_set_state", ["on_state_change", "on_nested_change"], "", Spine),
        ]) { IsRequired = true },
        new(Task, "which task is behind a change",
        [
            new(CurrentTask, [], "", HookTrials.CurrentTask),
            new(ProbeRead, [], "", HookTrials.ProbeRead),
            new(None, [], NoTask),
        ]),
        new("close", "whether it was close() or shutdown()",
        [
            new("fentry/tcp_close", ["on_close_fentry"], "", Fentry("tcp_close")),
            new("kprobe/tcp_close", ["on_close_kprobe"], "", Kprobe("tcp_close")),
            new("transition", [], ""),
        ]),
        new("accept", "who accepted a connection",
        [
            new("fexit/inet_csk_accept", ["on_accept_fexit"], "", Fexit("inet_csk_accept")),
            new("kretprobe/inet_csk_accept", ["on_accept_kret"], "", Kretprobe("inet_csk_accept")),
            new("first-use", [], NoStack),
        ]),
        new("receive", "who reads, and who read the end",
        [
            new("tp_btf/sock_recv_length", ["on_receive"], "", LengthTracepoint("sock_recv_length")),
            new("fexit/tcp_recvmsg", ["on_recv_fexit"], "", Fexit("tcp_recvmsg")),
            new("kretprobe/tcp_recvmsg", ["on_recv_kprobe", "on_recv_kret"], "the end of the stream is taken from the result alone", Kretprobe("tcp_recvmsg")),
            new("sequence-numbers", [], "nobody is named as reader; whether the end was read is still known"),
        ]),
        new("send", "who sends, and who still does after the FIN",
        [
            new("tp_btf/sock_send_length", ["on_send"], "", LengthTracepoint("sock_send_length")),
            new("fexit/tcp_sendmsg", ["on_send_fexit"], "what sendfile() sends is not seen", Fexit("tcp_sendmsg")),
            new(None, [], "sends after the FIN are not timed, and senders are not adopted as acceptors"),
        ]),
        new(Stacks, "the line of code that did it",
        [
            new(UnwindTables, ["on_mapping", "on_exec", "on_fork"], "", HookTrials.UnwindTables),
            new("frame-pointers", [], "callers of code without frame pointers are missing, and so are the frames of interpreters"),
        ]),
        new("reset", "whether the peer reset the connection",
        [
            new("tp_btf/tcp_receive_reset", ["on_reset"], "", Tracepoint("tcp_receive_reset")),
            new("sk_err", [], ""),
        ]),
        new("release", "who closes a descriptor left open after the end",
        [
            new("tp_btf/tcp_destroy_sock", ["on_destroy", "on_nested_destroy"], "", Tracepoint("tcp_destroy_sock")),
            new("scan", [], "the close of a descriptor left open after a reset is noticed at the next scan, without its closer"),
        ]),
        new("process-exit", "when a process that holds a socket ends",
        [
            new("tp_btf/sched_process_exit", ["on_process_exit"], "", Tracepoint("sched_process_exit")),
            new("scan", [], "holders that ended are noticed at the next scan"),
        ]),
        new("snapshot", "which sockets were there before",
        [
            new("iter/tcp", ["on_snapshot"], "", Sockets),
            new(None, [], "sockets that existed before the start are not listed, and lost events are not repaired"),
        ]),
        new("holders", "which processes hold a socket, and as which descriptor",
        [
            new("iter/task_file", ["on_descriptor"], "", Descriptors),
            new("iter/task_file+probe-read", ["on_descriptor_probed"], "", ProbedDescriptors),
            new(None, [], "descriptors and their processes are not listed"),
        ]),
        new("threads", "what the threads of a process do now",
        [
            new("iter/task", ["on_thread"], "", Threads),
            new("procfs", [], "stacks of threads that are asked for begin with a guessed frame pointer, and lack the frames of CPython"),
        ]),
    ];
}
