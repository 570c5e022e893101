/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_SNAPSHOT_H
#define TRACER_SNAPSHOT_H

/* Iterators: what exists now, as rows of the same layout as the events. One reader at a time. */

#define QUEUE_WALK_MAX 512 /* one socket's rows must fit the 32 KiB that bpf_seq_read() gives them */

static __always_inline bool is_wanted(__u8 state)
{
	return control.snapshot_states & (1U << (state & 31));
}

/* A listener that existed before gets its record here, so that its children learn it. */
static __always_inline struct tcp_record *record_of_row(struct sock_common *skc, __u8 state)
{
	const struct sock *sk = (const struct sock *)skc;
	struct tcp_record *record;

	if (state != TCP_WIRE_STATE_LISTEN)
		return record_of(sk);
	record = record_of_or_new(sk);
	if (record && !record->listener_cookie) {
		record->listener_cookie = cookie_of(sk);
		record->origin_kind = TCP_ORIGIN_LISTEN;
	}
	return record;
}

/* Names the sockets in a listener's accept queue, oldest first. */
static __always_inline void write_queue(struct seq_file *seq, const struct tcp_sock *listener, __u64 cookie)
{
	const struct request_sock *request = listener->inet_conn.icsk_accept_queue.rskq_accept_head;
	struct tcp_queued row = { .listener_cookie = cookie };

	header_fill(&row.header, sizeof(row), TCP_EVENT_KIND_QUEUED);
	row.ktime_ns = bpf_ktime_get_ns();
	row.netns = netns_of(&listener->inet_conn.icsk_inet.sk);
	for (int i = 0; i < QUEUE_WALK_MAX; i++) {
		if (!request)
			return;
		row.sock_key = sock_key_of(request->sk);
		bpf_seq_write(seq, &row, sizeof(row));
		request = request->dl_next;
	}
	count(TCP_COUNTER_QUEUE_WALKS_CUT);
}

/* Every TCP socket of the network namespace in which the iterator was created; 5.8. */
SEC("iter/tcp")
int on_snapshot(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct scratch *scratch = scratch_of_this_cpu();
	struct change change = {};
	struct tcp_record *record;
	struct tcp_sock *tp;

	if (!skc || !scratch)
		return 0;
	tp = tcp_sock_of(skc);
	if (!tp || !is_wanted(skc->skc_state))
		return 0;
	change.old_state = change.new_state = skc->skc_state;
	record = record_of_row(skc, change.new_state);
	if (!is_in_scope(tp, record))
		return 0;
	__builtin_memset(&scratch->row, 0, offsetof(struct tcp_socket_event, record));
	fill_socket_event(&scratch->row, TCP_EVENT_KIND_SNAPSHOT, tp, record, &change);
	scratch->row.event.cookie = cookie_of((struct sock *)skc);
	bpf_seq_write(ctx->meta->seq, &scratch->row, sizeof(scratch->row));
	if (change.new_state == TCP_WIRE_STATE_LISTEN)
		write_queue(ctx->meta->seq, tp, scratch->row.event.cookie);
	return 0;
}

static __always_inline bool is_left_open(const struct sock *sk)
{
	struct tcp_record *record = record_of(sk);

	return record && record->flags & TCP_RECORD_FLAG_LEFT_OPEN;
}

static __always_inline void write_holder(struct bpf_iter__task_file *ctx, struct task_struct *task, struct tcp_holder *row)
{
	const struct task_struct *leader = task->group_leader;

	header_fill(&row->header, sizeof(*row), TCP_EVENT_KIND_HOLDER);
	row->ktime_ns = bpf_ktime_get_ns();
	row->start_boottime_ns = leader->start_boottime;
	row->pid = leader->tgid;
	row->fd = ctx->fd;
	copy_comm(row->comm, leader);
	bpf_seq_write(ctx->meta->seq, row, sizeof(*row));
}

/* Every descriptor of every task; 5.8, and 5.11 for bpf_sock_from_file(). */
SEC("iter/task_file")
int on_descriptor(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct tcp_holder row = {};
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || !tcp_sock_of(sk))
		return 0;
	row.state = sk->__sk_common.skc_state;
	if (!is_wanted(row.state) && !is_left_open(sk))
		return 0;
	row.sock_key = sock_key_of(sk);
	row.cookie = cookie_of(sk);
	row.netns = netns_of(sk);
	write_holder(ctx, task, &row);
	return 0;
}

#define SOCKFS_MAGIC 0x534F434B /* include/uapi/linux/magic.h */
#define SOCK_STREAM 1 /* include/linux/net.h */

/* What the helper above does, for kernels without it: any file of the socket file system has its socket as private data. */
static __always_inline struct sock *probed_tcp_sock_of(const struct file *file)
{
	const struct socket *socket = file->private_data;
	struct sock *sk;
	__u16 family;

	if (file->f_inode->i_sb->s_magic != SOCKFS_MAGIC)
		return 0;
	sk = BPF_CORE_READ(socket, sk);
	family = BPF_CORE_READ(sk, __sk_common.skc_family);
	if (!sk || (family != AF_INET && family != AF_INET6))
		return 0;
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || BPF_CORE_READ(sk, sk_type) != SOCK_STREAM)
		return 0;
	return sk;
}

/* The same with sockets found by probe reads; 5.8. */
SEC("iter/task_file")
int on_descriptor_probed(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct sock *sk = task && file ? probed_tcp_sock_of(file) : 0;
	struct tcp_record *record;
	struct tcp_holder row = {};

	if (!sk)
		return 0;
	row.sock_key = sock_key_of(sk);
	row.state = BPF_CORE_READ(sk, __sk_common.skc_state);
	record = record_by_key(row.sock_key);
	if (!is_wanted(row.state) && !(record && record->flags & TCP_RECORD_FLAG_LEFT_OPEN))
		return 0;
	/* Without a typed pointer there is no helper to ask: whoever is on the books has its cookie already. */
	row.cookie = has_socket_cookie ? BPF_CORE_READ(sk, __sk_common.skc_cookie.counter) : cookie_of(sk);
	row.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	write_holder(ctx, task, &row);
	return 0;
}

/* Registers of a thread that is in the kernel, or was last; the task may be anybody's. */
static __always_inline void fill_registers(struct tcp_thread *row, struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

#if defined(__TARGET_ARCH_x86)
	row->ip = regs->ip;
	row->sp = regs->sp;
	row->fp = regs->bp;
	row->thread_pointer = task->thread.fsbase;
#elif defined(__TARGET_ARCH_arm64)
	row->ip = regs->pc;
	row->sp = regs->sp;
	row->fp = regs->regs[29];
#endif
}

/*
 * Where the threads of one process are, without stopping them; 5.8, and 5.15 for
 * bpf_task_pt_regs(). Memory of another task is out of reach here (its iterator
 * is not sleepable): user space walks the stacks.
 */
SEC("iter/task")
int on_thread(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct tcp_thread row = {};

	if (!task || (__u32)task->tgid != inspected_pid || !task->mm)
		return 0;
	header_fill(&row.header, sizeof(row), TCP_EVENT_KIND_THREAD);
	row.pid = task->tgid;
	row.tid = task->pid;
	row.start_boottime_ns = task->group_leader->start_boottime;
	fill_registers(&row, task);
	/* In this order: a thread that leaves its processor in between has a switch more in the next row. */
	if (bpf_core_field_exists(task->on_cpu)) /* not on a kernel for one processor */
		row.is_running = task->on_cpu != 0;
	barrier();
	row.switches = task->nvcsw + task->nivcsw;
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}

#ifndef KERNEL_WALK_ONLY
/* Every executable mapping of every process, for the tables of what runs already; 5.12. */
SEC("iter/task_vma")
int on_mapping(struct bpf_iter__task_vma *ctx)
{
	struct vm_area_struct *vma = ctx->vma;
	struct task_struct *task = ctx->task;
	struct tcp_code_mapping row = {};
	__u64 address_space;

	if (!task || !vma || !(vma->vm_flags & VM_EXEC))
		return 0;
	header_fill(&row.header, sizeof(row), TCP_EVENT_KIND_CODE_MAPPING);
	address_space = address_space_of(task);
	fill_code_key(&row.key, address_space, vma->vm_file);
	row.address_space = address_space;
	row.start_boottime_ns = task->group_leader->start_boottime;
	row.start = vma->vm_start;
	row.end = vma->vm_end;
	row.pid = task->tgid;
	bpf_seq_write(ctx->meta->seq, &row, sizeof(row));
	return 0;
}
#endif

#endif
