/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_CHANGE_H
#define TRACER_CHANGE_H

/* What a state change does to a socket's record, and what of it leaves the kernel. */

/*
 * Did the current task make this change? connect(), listen(), close() and
 * shutdown() change the state themselves, holding the socket. Everything else
 * happens to the socket. A reset or timeout sets sk_err first; a child dropped
 * with its listener is not owned by anyone (inet_child_forget).
 */
static __always_inline bool is_made_by_task(const struct sock *sk, __u8 old_state, __u8 new_state)
{
	switch (new_state) {
	case TCP_WIRE_STATE_SYN_SENT:
	case TCP_WIRE_STATE_LISTEN:
	case TCP_WIRE_STATE_FIN_WAIT1:
	case TCP_WIRE_STATE_LAST_ACK:
		return true;
	case TCP_WIRE_STATE_CLOSE:
		break;
	default:
		return false;
	}
	if (sk->sk_err || !sk->sk_lock.owned)
		return false;
	return old_state == TCP_WIRE_STATE_LISTEN || old_state == TCP_WIRE_STATE_SYN_SENT ||
	       old_state == TCP_WIRE_STATE_ESTABLISHED || old_state == TCP_WIRE_STATE_CLOSE_WAIT;
}

static __always_inline bool needs_stack(const struct change *c)
{
	return c->new_state == TCP_WIRE_STATE_SYN_SENT || c->new_state == TCP_WIRE_STATE_LISTEN ||
	       c->old_state == TCP_WIRE_STATE_CLOSE_WAIT;
}

/* Unlike c->nested, nested is a constant: the second program is without the walk, and verified in half the time. */
static __always_inline void identify_task(void *ctx, const struct sock *sk, struct change *c, bool nested)
{
	if (!is_made_by_task(sk, c->old_state, c->new_state))
		return;
	c->has_task = fill_actor(&c->task, &c->task_exiting);
	if (c->has_task)
		c->ktime_ns = c->task.ktime_ns;
	/* A task that ends has given up its memory before it closes its files. */
	if (!nested && c->has_task && !c->task_exiting && needs_stack(c))
		c->task.stack_id = capture_stack(ctx, &c->task);
}

static __always_inline void note_fin(struct tcp_record *record, const struct tcp_sock *tp, struct change *c)
{
	c->ktime_ns = bpf_ktime_get_ns();
	record->close_wait_ktime_ns = c->ktime_ns;
	record->idle_before_fin_ns = idle_ns(tp);
	record->flags |= TCP_RECORD_FLAG_WAS_CLOSE_WAIT | TCP_RECORD_FLAG_ENTRY_SEEN;
}

/* A socket may also be connected again after it was disconnected. */
static __always_inline void note_opened(struct tcp_record *record, const struct sock *sk, const struct change *c)
{
	if (c->new_state == TCP_WIRE_STATE_LISTEN) {
		record_listen(record, &c->task, cookie_of(sk));
		return;
	}
	record->origin = c->task;
	record->origin_kind = TCP_ORIGIN_CONNECT;
}

static __always_inline void note_left(struct tcp_record *record, const struct sock *sk)
{
	bool closing = record->flags & TCP_RECORD_FLAG_CLOSE_CALLED || file_is_released(sk);

	if (!closing)
		record->flags |= TCP_RECORD_FLAG_LEFT_OPEN;
}

/* NULL if the socket has no record and this change gives it none. */
static __always_inline struct tcp_record *apply_change(const struct sock *sk, const struct tcp_sock *tp,
						       struct change *c)
{
	bool is_opened = c->has_task &&
			 (c->new_state == TCP_WIRE_STATE_SYN_SENT || c->new_state == TCP_WIRE_STATE_LISTEN);
	bool is_child = c->old_state == TCP_WIRE_STATE_LISTEN && c->new_state == TCP_WIRE_STATE_SYN_RECV;
	bool is_fin = c->new_state == TCP_WIRE_STATE_CLOSE_WAIT;
	struct tcp_record *record;

	if (is_opened || is_child)
		record = begin_record(sk);
	else
		record = is_fin ? record_of_or_new(sk) : record_of(sk);
	if (!record)
		return 0;
	if (is_opened)
		note_opened(record, sk, c);
	else if (is_child)
		record_child(record, tp);
	else if (is_fin)
		note_fin(record, tp, c);
	else if (c->old_state == TCP_WIRE_STATE_CLOSE_WAIT)
		note_left(record, sk);
	return record;
}

static __always_inline void count_change(__u32 counter, bool nested)
{
	if (nested)
		count(counter);
	else
		count_plainly(counter);
}

/* Lets a change out of the kernel if anybody wants it. */
static __always_inline void tell_change(const struct tcp_sock *tp, const struct sock *sk, const struct tcp_record *record,
					const struct change *c, __u32 watched, bool nested)
{
	if (!is_in_scope(tp, record)) {
		count_change(TCP_COUNTER_FILTERED, nested);
		return;
	}
	if (c->new_state == TCP_WIRE_STATE_CLOSE_WAIT || c->old_state == TCP_WIRE_STATE_CLOSE_WAIT)
		emit_socket(c->new_state == TCP_WIRE_STATE_CLOSE_WAIT ? TCP_EVENT_KIND_CLOSE_WAIT_ENTER : TCP_EVENT_KIND_CLOSE_WAIT_EXIT,
			    tp, sk, record, c);
	else if (watched & 1U << (c->new_state & 31))
		emit_transition(tp, sk, record, c);
	else
		count_change(TCP_COUNTER_FILTERED, nested);
}

/*
 * Kernels before 6.16 (measured: up to 6.12) announce a child while it is still a copy of its listener, with the listener's
 * addresses and cookie. Such a change is kept until the next one, microseconds later, when the child has its own.
 */
static __always_inline bool keep_unnamed(const struct sock *sk, struct tcp_record *record, const struct change *c)
{
	if (c->new_state != TCP_WIRE_STATE_SYN_RECV || sk->__sk_common.skc_dport || !record)
		return false;
	record->flags |= TCP_RECORD_FLAG_UNNAMED;
	record->close_wait_ktime_ns = bpf_ktime_get_ns();
	return true;
}

static __always_inline void tell_kept(const struct tcp_sock *tp, const struct sock *sk, struct tcp_record *record, __u32 watched,
				      bool nested)
{
	struct change first = { .old_state = TCP_WIRE_STATE_LISTEN, .new_state = TCP_WIRE_STATE_SYN_RECV };

	if (!record || !(record->flags & TCP_RECORD_FLAG_UNNAMED))
		return;
	first.ktime_ns = record->close_wait_ktime_ns;
	record->flags &= ~TCP_RECORD_FLAG_UNNAMED;
	record->close_wait_ktime_ns = 0;
	tell_change(tp, sk, record, &first, watched, nested);
}

/*
 * Does it begin or end anything that a record keeps, whoever makes it? The others, half of the changes of a connection, are only counted
 * while nobody watches.
 */
static __always_inline bool is_of_record(const struct change *c)
{
	switch (c->new_state) {
	case TCP_WIRE_STATE_SYN_SENT:
	case TCP_WIRE_STATE_LISTEN:
	case TCP_WIRE_STATE_SYN_RECV:
	case TCP_WIRE_STATE_CLOSE_WAIT:
		return true;
	}
	return c->old_state == TCP_WIRE_STATE_CLOSE_WAIT || c->old_state == TCP_WIRE_STATE_SYN_RECV;
}

static __always_inline void handle_change(void *ctx, const struct sock *sk, struct change *c, bool nested)
{
	struct tcp_sock *tp = tcp_sock_of(sk);
	struct tcp_record *record;
	__u32 watched;

	if (!tp)
		return;
	count_change(TCP_COUNTER_TRANSITIONS, nested);
	if (!control.watch_filters && !is_of_record(c)) {
		count_change(TCP_COUNTER_FILTERED, nested);
		return;
	}
	identify_task(ctx, sk, c, nested);
	record = apply_change(sk, tp, c);
	if (keep_unnamed(sk, record, c))
		return;
	watched = watched_states(tp, record);
	if (c->old_state == TCP_WIRE_STATE_SYN_RECV) /* which changes nothing in a record but by this */
		tell_kept(tp, sk, record, watched, nested);
	tell_change(tp, sk, record, c, watched, nested);
}

#endif
