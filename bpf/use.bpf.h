/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_USE_H
#define TRACER_USE_H

/* What receiving, sending and accepting leave in a socket's record. Process context. */

#define MSG_PEEK 0x2 /* include/linux/socket.h */
#define MSG_ERRQUEUE 0x2000
#define RCV_SHUTDOWN 1 /* include/net/sock.h */
#define EAGAIN 11 /* include/uapi/asm-generic/errno-base.h */
#define SEND_NEWS_NS 5000000000ULL /* a third of what the verdict takes for "in use" */

/* The current task as an actor, with its stack; false for kernel threads. */
static __always_inline bool actor_with_stack(void *ctx, struct tcp_actor *actor)
{
	bool exiting = false;

	if (!fill_actor(actor, &exiting))
		return false;
	actor->stack_id = capture_stack(ctx, actor);
	return true;
}

/* The clock of the current tick, read once in it: a clock is 45 ns. Never later than it is. */
static __always_inline __u64 tick_time(struct scratch *scratch)
{
	__u64 jiffies = bpf_jiffies64();

	if (scratch->tick != jiffies) {
		scratch->tick = jiffies;
		scratch->tick_ktime_ns = bpf_ktime_get_ns();
	}
	return scratch->tick_ktime_ns;
}

/* What is known of the FIN must be exact; before it, receives are good to a tick. */
static __always_inline bool tick_is_enough(const struct tcp_record *record, int result)
{
	return result && !(record->flags & TCP_RECORD_FLAG_WAS_CLOSE_WAIT);
}

/* Never earlier than the receive before, which another processor may have seen. */
static __always_inline __u64 read_time(const struct tcp_record *record, int result)
{
	struct scratch *scratch = scratch_of_this_cpu();
	__u64 last = record->last_read.ktime_ns;
	__u64 now;

	if (!scratch || !tick_is_enough(record, result))
		return bpf_ktime_get_ns();
	now = tick_time(scratch);
	return now > last ? now : last;
}

/* Remembers a receive attempt; walks the stack only when the call path is a new one. */
static __always_inline bool note_read(void *ctx, struct tcp_record *record, int result, __u64 path)
{
	struct tcp_actor reader = {};
	bool exiting = false;

	record->last_read_result = result;
	if (path && path == record->path_key) {
		record->last_read.ktime_ns = read_time(record, result);
		return true;
	}
	if (!fill_actor(&reader, &exiting))
		return false;
	reader.stack_id = capture_stack(ctx, &reader);
	record->path_key = reader.stack_id ? path : 0; /* not walked: try again next time */
	record->last_read = reader;
	return true;
}

/*
 * Whoever asked had to wait, and now the same process receives by another path: that is an event loop, which has no
 * frames of who wants the data. The attempt has. The thread may be the same one of a pool.
 */
static __always_inline bool answers_attempt(const struct tcp_record *record, int result, __u64 path)
{
	return record->last_read_result == -EAGAIN && result >= 0 && path && record->path_key && path != record->path_key &&
	       record->last_read.pid == (__u32)(bpf_get_current_pid_tgid() >> 32);
}

/*
 * The same thread by the same call as last_read, within a tick: nothing would change but the result. Spares finding that out from its
 * stack, 200 of 270 ns.
 */
static __always_inline bool repeats_call(const struct tcp_record *record, __u32 registers, int result)
{
	struct scratch *scratch;

	if (!registers || registers != record->call_key || !tick_is_enough(record, result))
		return false;
	scratch = scratch_of_this_cpu();
	return scratch && record->last_read.ktime_ns >= tick_time(scratch);
}

/* True if user space should hear of it at once: somebody turned up, or the end was read. */
static __always_inline bool note_receive(void *ctx, struct tcp_record *record, int result, bool at_end)
{
	bool is_end = at_end && result == 0 && !is_known(&record->eof_read);
	__u32 tid = bpf_get_current_pid_tgid();
	__u32 registers = call_registers(tid);
	__u64 path;
	bool news;

	if (repeats_call(record, registers, result)) {
		record->last_read_result = result;
		return false;
	}
	path = call_path(ctx, tid);
	if (answers_attempt(record, result, path)) {
		record->last_read_result = result; /* once: the next one is an attempt of its own */
		return is_end && actor_with_stack(ctx, &record->eof_read);
	}
	if (!note_read(ctx, record, result, path))
		return false;
	record->call_key = path & PATH_NATIVE ? registers : 0; /* also if the walk was refused: it is tried again in the next tick */
	news = adopt(record, &record->last_read);
	if (is_end) {
		record->eof_read = record->last_read;
		news = true;
	}
	return news;
}

/* True if user space should hear of it at once: the first sender is taken for the acceptor. */
static __always_inline bool note_send(void *ctx, struct tcp_record *record)
{
	if (is_known(&record->first_send))
		return false;
	return actor_with_stack(ctx, &record->first_send) && adopt(record, &record->first_send);
}

/* A send after the FIN. True if user space should hear of it at once: the first one, then one in five seconds. */
static __always_inline bool note_late_send(struct tcp_record *record)
{
	__u64 now = bpf_ktime_get_ns();
	bool news = now / SEND_NEWS_NS != record->last_send_ktime_ns / SEND_NEWS_NS;

	record->last_send_ktime_ns = now;
	return news;
}

/* The listener remembers each attempt; whoever got a connection from one is its origin. */
static __always_inline void note_accept(void *ctx, struct tcp_record *listener, struct tcp_record *child)
{
	__u64 path = call_path(ctx, (__u32)bpf_get_current_pid_tgid());
	struct tcp_actor acceptor = {};

	if (listener && note_read(ctx, listener, child ? 0 : -EAGAIN, path))
		acceptor = listener->last_read;
	else if (!child || !actor_with_stack(ctx, &acceptor))
		return;
	if (!child)
		return;
	child->origin = acceptor;
	child->origin_kind = TCP_ORIGIN_ACCEPT;
}

#endif
