// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "wire.h"
#include "maps.bpf.h"
#include "counters.bpf.h"
#include "ring.bpf.h"
#include "sock.bpf.h"
#include "nested.bpf.h"
#include "unwind.bpf.h"
#include "path.bpf.h"
#include "stack.bpf.h"
#include "owner.bpf.h"
#include "filter.bpf.h"
#include "emit.bpf.h"
#include "use.bpf.h"
#include "change.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * The spine: every state change of every full TCP socket; 4.16. Connect, listen,
 * close and shutdown run it in the caller's context, the rest in softirq or in
 * whatever task processes the backlog.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state_change, const struct sock *sk, const int old_state, const int new_state)
{
	struct change change = { .old_state = old_state, .new_state = new_state };
	struct scratch *scratch = scratch_of_this_cpu();
	volatile __u64 *running;

	if (!scratch)
		return 0;
	running = &scratch->running;
	if (*running) /* kernels before 6.2 let a program interrupt itself: the second one takes it */
		return 0;
	*running = 1;
	handle_change(ctx, sk, &change, false);
	take(scratch, sk, new_state);
	*running = 0;
	return 0;
}

/* Hardly ever in the context of an owner, and then without a stack. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_nested_change, const struct sock *sk, const int old_state, const int new_state)
{
	struct change change = { .old_state = old_state, .new_state = new_state, .nested = true };
	struct scratch *scratch = scratch_of_this_cpu();

	if (!scratch || is_taken(scratch, sk, new_state))
		return 0;
	count(TCP_COUNTER_NESTED);
	handle_change(ctx, sk, &change, true);
	return 0;
}

static __always_inline void handle_destroy(void *ctx, struct sock *sk, bool nested)
{
	struct change change = { .old_state = TCP_WIRE_STATE_CLOSE, .new_state = TCP_WIRE_STATE_CLOSE, .nested = nested };
	struct tcp_sock *tp = tcp_sock_of(sk);
	struct tcp_record *record;

	if (!tp)
		return;
	record = record_of(sk);
	if (record && record->flags & TCP_RECORD_FLAG_LEFT_OPEN && is_in_scope(tp, record)) {
		if (sk->sk_lock.owned)
			change.has_task = fill_actor(&change.task, &change.task_exiting);
		if (!nested && change.has_task && !change.task_exiting)
			change.task.stack_id = capture_stack(ctx, &change.task);
		emit_socket(TCP_EVENT_KIND_RELEASE, tp, sk, record, &change);
	}
	if (record)
		forget(sk);
}

/*
 * End of a socket: its last reference to a descriptor is gone and it is CLOSEd.
 * In the closer's context if a reset left the descriptor open before; 4.16.
 */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(on_destroy, struct sock *sk)
{
	struct scratch *scratch = scratch_of_this_cpu();

	if (!scratch)
		return 0;
	handle_destroy(ctx, sk, false);
	take(scratch, sk, DESTROYED);
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(on_nested_destroy, struct sock *sk)
{
	struct scratch *scratch = scratch_of_this_cpu();

	if (!scratch || is_taken(scratch, sk, DESTROYED))
		return 0;
	count(TCP_COUNTER_NESTED);
	handle_destroy(ctx, sk, true);
	return 0;
}

/* A reset came in, before the state changes; softirq or backlog; 4.16. */
SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(on_reset, struct sock *sk)
{
	struct tcp_record *record;

	if (!tcp_sock_of(sk))
		return 0;
	record = record_of(sk);
	if (record)
		record->flags |= TCP_RECORD_FLAG_RESET_RECEIVED;
	return 0;
}

static __always_inline int handle_receive(void *ctx, struct sock *sk, int result, int flags)
{
	struct change change = {};
	struct tcp_record *record;
	struct tcp_sock *tp;
	bool at_end;

	if (sk->sk_protocol != IPPROTO_TCP || flags & MSG_ERRQUEUE)
		return 0;
	tp = tcp_sock_of(sk);
	if (!tp)
		return 0;
	record = record_of_or_new(sk);
	if (!record)
		return 0;
	at_end = sk->sk_shutdown & RCV_SHUTDOWN && tp->copied_seq == tp->rcv_nxt && !(flags & MSG_PEEK);
	change.old_state = change.new_state = sk->__sk_common.skc_state;
	if (note_receive(ctx, record, result, at_end) && change.new_state == TCP_WIRE_STATE_CLOSE_WAIT &&
	    is_in_scope(tp, record))
		emit_socket(TCP_EVENT_KIND_CLOSE_WAIT_USE, tp, sk, record, &change);
	return 0;
}

/*
 * One slot of a trampoline's context. Left to itself the compiler folds the two
 * branches below into one load through a computed address, and the verifier
 * takes constant offsets from the context only.
 */
#define CTX_SLOT(ctx, n)                                            \
	({                                                          \
		__u64 slot;                                         \
		asm volatile("%0 = *(u64 *)(%1 + %2)"               \
			     : "=r"(slot)                           \
			     : "r"(ctx), "i"((n) * sizeof(__u64))); \
		slot;                                               \
	})

/* Every receive of every protocol, with its result, in the reader's context; 6.3. */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_receive, struct sock *sk, int result, int flags)
{
	return handle_receive(ctx, sk, result, flags);
}

/* The same where the tracepoint is missing: 5.5 with trampolines. The result follows the last argument. */
SEC("fexit/tcp_recvmsg")
int on_recv_fexit(__u64 *ctx)
{
	if (recvmsg_args == 6) /* sk, msg, len, nonblock, flags, addr_len: before 5.19 */
		return handle_receive(ctx, (struct sock *)ctx[0], (int)CTX_SLOT(ctx, 6), (int)CTX_SLOT(ctx, 4));
	if (recvmsg_args == 4) /* sk, msg, len, flags: 7.2 */
		return handle_receive(ctx, (struct sock *)ctx[0], (int)CTX_SLOT(ctx, 4), (int)CTX_SLOT(ctx, 3));
	return handle_receive(ctx, (struct sock *)ctx[0], (int)CTX_SLOT(ctx, 5), (int)CTX_SLOT(ctx, 3));
}

/* The same by kprobes, which give no typed pointer: the record is found by address. */
SEC("kprobe/tcp_recvmsg")
int BPF_KPROBE(on_recv_kprobe, struct sock *sk)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 key = sock_key_of(sk);

	bpf_map_update_elem(&receiving, &thread, &key, BPF_ANY);
	return 0;
}

SEC("kretprobe/tcp_recvmsg")
int BPF_KRETPROBE(on_recv_kret, int result)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 *key = bpf_map_lookup_elem(&receiving, &thread);
	struct tcp_record *record = key ? record_by_key_or_new(*key) : 0;

	bpf_map_delete_elem(&receiving, &thread);
	if (record) /* without the socket's counters 0 is taken for the end once the FIN is known */
		note_receive(ctx, record, result, record->flags & TCP_RECORD_FLAG_WAS_CLOSE_WAIT);
	return 0;
}

static __always_inline int handle_send(void *ctx, struct sock *sk, int result)
{
	struct change change = {};
	struct tcp_record *record;
	struct tcp_sock *tp;
	bool news;

	if (sk->sk_protocol != IPPROTO_TCP)
		return 0;
	tp = tcp_sock_of(sk);
	record = tp ? record_of_or_new(sk) : 0;
	if (!record)
		return 0;
	change.old_state = change.new_state = sk->__sk_common.skc_state;
	news = note_send(ctx, record);
	if (change.new_state != TCP_WIRE_STATE_CLOSE_WAIT)
		return 0;
	if (result > 0)
		news |= note_late_send(record);
	if (news && is_in_scope(tp, record))
		emit_socket(TCP_EVENT_KIND_CLOSE_WAIT_USE, tp, sk, record, &change);
	return 0;
}

/* Every send of every protocol, in the writer's context; 6.3. */
SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int result, int flags)
{
	return handle_send(ctx, sk, result);
}

/* The same where the tracepoint is missing: 5.5 with trampolines. sendfile() comes here since 6.5 only (before, tcp_sendpage()). */
SEC("fexit/tcp_sendmsg")
int BPF_PROG(on_send_fexit, struct sock *sk, void *message, unsigned long size, int result)
{
	return handle_send(ctx, sk, result);
}

/* The return of accept(), also without a connection, in the acceptor's context; 5.5 with trampolines. Four arguments before 6.10, then two. */
SEC("fexit/inet_csk_accept")
int on_accept_fexit(__u64 *ctx)
{
	struct sock *listener = (struct sock *)ctx[0];
	struct sock *child;

	if (accept_args == 4)
		child = (struct sock *)CTX_SLOT(ctx, 4);
	else
		child = (struct sock *)CTX_SLOT(ctx, 2);
	if (!tcp_sock_of(listener) || (child && !tcp_sock_of(child)))
		return 0;
	note_accept(ctx, record_of(listener), child ? record_of_or_new(child) : 0);
	return 0;
}

SEC("kretprobe/inet_csk_accept")
int BPF_KRETPROBE(on_accept_kret, struct sock *child)
{
	if (child)
		note_accept(ctx, 0, record_by_key_or_new(sock_key_of(child)));
	return 0;
}

static __always_inline int handle_close(struct tcp_record *record)
{
	if (record)
		record->flags |= TCP_RECORD_FLAG_CLOSE_CALLED;
	return 0;
}

/* Tells close() from shutdown() before the state changes; the closer's context; 5.5 with trampolines. */
SEC("fentry/tcp_close")
int BPF_PROG(on_close_fentry, struct sock *sk)
{
	return handle_close(record_of(sk));
}

SEC("kprobe/tcp_close")
int BPF_KPROBE(on_close_kprobe, struct sock *sk)
{
	return handle_close(record_by_key(sock_key_of(sk)));
}

/*
 * The last thread of a process ends; before its descriptors are closed
 * (do_exit() calls exit_files() later); 5.5.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_process_exit, struct task_struct *task)
{
	struct tcp_process_exit *e;
	__u32 pid = task->tgid;

	if (task->signal->live.counter > 0)
		return 0;
	forget_target(pid);
	if (!bpf_map_lookup_elem(&watched_pids, &pid))
		return 0;
	e = ring_reserve(sizeof(*e), TCP_COUNTER_EXITS_LOST);
	if (!e)
		return 0;
	header_fill(&e->header, sizeof(*e), TCP_EVENT_KIND_PROCESS_EXIT);
	e->ktime_ns = bpf_ktime_get_ns();
	e->start_boottime_ns = task->group_leader->start_boottime;
	e->pid = pid;
	ring_submit(e, TCP_COUNTER_EXITS_SUBMITTED);
	return 0;
}

#ifndef KERNEL_WALK_ONLY
/* A process begins a program: time to look at it before its first socket; in its own context; 3.4. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	forget_target(task->tgid); /* the new memory may be where that of an earlier program was */
	tell_exec(task);
	return 0;
}

/* A process is copied; in the parent's context; 2.6.29. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	inherit_target(parent, child);
	return 0;
}
#endif

#include "snapshot.bpf.h"
