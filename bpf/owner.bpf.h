/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_OWNER_H
#define TRACER_OWNER_H

/*
 * Who opened, accepted, last read and closed a socket. Only hooks that run in
 * the context of that very task write here: in a softirq the current task is
 * whoever was interrupted, and on loopback it is the peer.
 */

#define PF_EXITING 0x00000004 /* include/linux/sched.h */
#define PF_KTHREAD 0x00200000

static const struct kept_record empty_record;

static __always_inline struct tcp_record *record_by_key(__u64 sock_key)
{
	struct kept_record *kept = bpf_map_lookup_elem(&records, &sock_key);

	return kept ? &kept->record : 0;
}

static __always_inline struct tcp_record *record_of(const struct sock *sk)
{
	return record_by_key(sock_key_of(sk));
}

/* NULL when there is no memory or no slot for it (counted). */
static __always_inline struct tcp_record *record_by_key_or_new(__u64 sock_key)
{
	struct tcp_record *record = record_by_key(sock_key);

	if (record)
		return record;
	if (bpf_map_update_elem(&records, &sock_key, &empty_record, BPF_NOEXIST))
		count(TCP_COUNTER_RECORDS_REFUSED);
	return record_by_key(sock_key);
}

static __always_inline struct tcp_record *record_of_or_new(const struct sock *sk)
{
	return record_by_key_or_new(sock_key_of(sk));
}

/* A new life: nothing stays of an earlier one at this address, whose end no hook may have told. NULL as above. */
static __always_inline struct tcp_record *begin_record(const struct sock *sk)
{
	__u64 key = sock_key_of(sk);

	if (bpf_map_update_elem(&records, &key, &empty_record, BPF_ANY)) {
		count(TCP_COUNTER_RECORDS_REFUSED);
		bpf_map_delete_elem(&records, &key);
		return 0;
	}
	return record_by_key(key);
}

/* Before the address is used again. */
static __always_inline void forget(const struct sock *sk)
{
	__u64 key = sock_key_of(sk);

	bpf_map_delete_elem(&records, &key);
}

#define NUMBERED (1ULL << 63)
#define NUMBER_CPU_SHIFT 54
#define NUMBER_TIME_MASK ((1ULL << NUMBER_CPU_SHIFT) - 1)

/*
 * Identity of the socket; see tcp_event.cookie. Without the helper it is CPU and
 * time of the first sight: no two runs on one CPU, nested ones included, read
 * the same nanosecond, and 2^54 of them last for 208 days.
 */
static __always_inline __u64 cookie_of(const struct sock *sk)
{
	__u64 key = sock_key_of(sk);
	struct kept_record *kept;

	if (has_socket_cookie)
		return bpf_get_socket_cookie((void *)sk);
	record_by_key_or_new(key);
	kept = bpf_map_lookup_elem(&records, &key);
	if (!kept)
		return 0;
	if (!kept->number)
		kept->number = NUMBERED | (__u64)bpf_get_smp_processor_id() << NUMBER_CPU_SHIFT |
			       (bpf_ktime_get_ns() & NUMBER_TIME_MASK);
	return kept->number;
}

/* bpf_get_current_comm() pads and measures the name, and takes 77 ns for it; this takes two loads. */
static __always_inline void copy_comm(__u8 *to, const struct task_struct *task)
{
	const __u64 *words = (const __u64 *)task->comm;

	for (__u32 i = 0; i < TCP_COMM_SIZE / sizeof(__u64); i++)
		((__u64 *)to)[i] = words[i];
}

/*
 * False for kernel threads: they own nothing. A task whose start time cannot be
 * read is nobody: a pid that is used again would be blamed for what it never did.
 */
static __always_inline bool fill_actor(struct tcp_actor *actor, bool *exiting)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	if (has_task_btf) {
		struct task_struct *task = bpf_get_current_task_btf();

		if (task->flags & PF_KTHREAD)
			return false;
		*exiting = task->flags & PF_EXITING;
		actor->start_boottime_ns = task->group_leader->start_boottime;
		copy_comm(actor->comm, task);
	} else if (has_probe_reads) {
		struct task_struct *task = (void *)bpf_get_current_task();
		__u32 flags = BPF_CORE_READ(task, flags);

		if (flags & PF_KTHREAD)
			return false;
		*exiting = flags & PF_EXITING;
		actor->start_boottime_ns = BPF_CORE_READ(task, group_leader, start_boottime);
		bpf_get_current_comm(actor->comm, sizeof(actor->comm));
	} else {
		return false;
	}
	actor->ktime_ns = bpf_ktime_get_ns();
	actor->pid = pid_tgid >> 32;
	actor->tid = (__u32)pid_tgid;
	return true;
}

static __always_inline bool is_known(const struct tcp_actor *actor)
{
	return actor->pid != 0;
}

/* Came through a listener, and nobody has touched it yet. */
static __always_inline bool is_untouched_child(const struct tcp_record *record)
{
	return record->origin_kind == TCP_ORIGIN_QUEUED;
}

/*
 * The first task that uses an accepted socket is taken for its acceptor where no
 * hook saw the accept; a socket without any record existed before the tracer.
 */
static __always_inline bool adopt(struct tcp_record *record, const struct tcp_actor *user)
{
	if (is_untouched_child(record))
		record->origin_kind = TCP_ORIGIN_ADOPTED;
	else if (record->origin_kind == TCP_ORIGIN_UNKNOWN)
		record->origin_kind = record->listener_cookie ? TCP_ORIGIN_ADOPTED : TCP_ORIGIN_EXISTED;
	else
		return false;
	record->origin = *user;
	return true;
}

static __always_inline void record_listen(struct tcp_record *record, const struct tcp_actor *actor, __u64 cookie)
{
	record->origin_kind = TCP_ORIGIN_LISTEN;
	record->origin = *actor;
	record->listener = *actor;
	record->listener_cookie = cookie;
}

/*
 * The listener of a child, by its address; 0: cannot tell. The child is announced as LISTEN -> SYN_RECV from inside inet_csk_clone_lock(), when it is a
 * copy of its listener still: tcp_create_openreq_child() has yet to make a list head of its own where the listener's points to itself (3.6 to 7.2).
 */
static __always_inline __u64 listener_key_of(const struct tcp_sock *child)
{
	if (!bpf_core_field_exists(child->tsq_node))
		return 0;
	return (__u64)child->tsq_node.next - bpf_core_field_offset(child->tsq_node);
}

/* Workers that share a port (SO_REUSEPORT) are told apart by it. */
static __always_inline void record_child(struct tcp_record *record, const struct tcp_sock *child)
{
	struct tcp_record *listener = record_by_key(listener_key_of(child));

	record->origin_kind = TCP_ORIGIN_QUEUED;
	if (!listener || listener->origin_kind != TCP_ORIGIN_LISTEN) /* a pointer to anything else is not believed */
		return;
	record->listener_cookie = listener->listener_cookie;
	record->listener = listener->listener;
}

static __always_inline __u8 direction_of(const struct tcp_record *record, __u8 old_state, __u8 new_state)
{
	if (old_state == TCP_WIRE_STATE_LISTEN && new_state == TCP_WIRE_STATE_SYN_RECV)
		return TCP_DIRECTION_INBOUND; /* a child, begun as a copy of its listener */
	if (old_state == TCP_WIRE_STATE_LISTEN || new_state == TCP_WIRE_STATE_LISTEN)
		return TCP_DIRECTION_LISTEN;
	if (!record)
		return TCP_DIRECTION_UNKNOWN;
	if (record->origin_kind == TCP_ORIGIN_CONNECT)
		return TCP_DIRECTION_OUTBOUND;
	if (record->listener_cookie || is_untouched_child(record) ||
	    record->origin_kind == TCP_ORIGIN_ACCEPT || record->origin_kind == TCP_ORIGIN_ADOPTED)
		return TCP_DIRECTION_INBOUND;
	return TCP_DIRECTION_UNKNOWN;
}

#endif
