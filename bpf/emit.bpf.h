/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_EMIT_H
#define TRACER_EMIT_H

/* Builds records of wire.h from a socket, its record and the acting task. */

/* One state change as its hook saw it. */
struct change {
	struct tcp_actor task; /* valid if has_task */
	__u64 ktime_ns; /* 0: now. A clock is read once for a change: it costs a tenth of it */
	__u8 old_state;
	__u8 new_state;
	bool has_task; /* process context, and the task made the change */
	bool task_exiting;
	bool nested;
};

static __always_inline void fill_owner(struct tcp_event *e, const struct tcp_record *record, const struct change *c)
{
	if (c->has_task) {
		e->owner = c->task;
		e->owner_source = TCP_OWNER_SOURCE_TASK;
		if (c->task_exiting)
			e->flags |= TCP_EVENT_FLAG_TASK_EXITING;
		return;
	}
	if (!record)
		return;
	if (is_known(&record->last_read))
		e->owner = record->last_read;
	else if (is_known(&record->origin))
		e->owner = record->origin;
	else
		return;
	e->owner_source = TCP_OWNER_SOURCE_RECORDED;
}

static __always_inline void fill_event(struct tcp_event *e, __u32 size, __u16 kind, const struct tcp_sock *tp,
				       const struct tcp_record *record, const struct change *c)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	header_fill(&e->header, size, kind);
	e->ktime_ns = c->ktime_ns ? c->ktime_ns : bpf_ktime_get_ns();
	e->sock_key = sock_key_of(sk);
	e->cgroup_id = cgroup_of(sk);
	e->netns = netns_of(sk);
	e->old_state = c->old_state;
	e->new_state = c->new_state;
	e->direction = direction_of(record, c->old_state, c->new_state);
	if (c->nested)
		e->flags |= TCP_EVENT_FLAG_NESTED;
	read_tuple(e, tp);
	read_numbers(e, tp, c->new_state);
	read_flags(e, sk);
	fill_owner(e, record, c);
}

static __always_inline void fill_socket_event(struct tcp_socket_event *e, __u16 kind, const struct tcp_sock *tp,
					      const struct tcp_record *record, const struct change *c)
{
	fill_event(&e->event, sizeof(*e), kind, tp, record, c);
	e->since_segment_ns = age_ns(tp->rcv_tstamp);
	e->since_data_received_ns = age_ns(tp->inet_conn.icsk_ack.lrcvtime);
	e->since_data_sent_ns = age_ns(tp->lsndtime);
	if (may_be_probed(tp))
		e->event.flags |= TCP_EVENT_FLAG_PROBED;
	if (record)
		e->record = *record;
	else
		__builtin_memset(&e->record, 0, sizeof(e->record));
}

/* Not inlined: the copies of these two made the hooks twice as large. */
static __noinline void emit_transition(const struct tcp_sock *tp, const struct sock *sk,
				       const struct tcp_record *record, const struct change *c)
{
	struct tcp_event *e = ring_reserve(sizeof(*e), TCP_COUNTER_EVENTS_LOST);

	if (!e)
		return;
	fill_event(e, sizeof(*e), TCP_EVENT_KIND_TRANSITION, tp, record, c);
	e->cookie = cookie_of(sk);
	ring_submit(e, TCP_COUNTER_EVENTS_SUBMITTED);
}

static __noinline void emit_socket(__u16 kind, const struct tcp_sock *tp, const struct sock *sk,
				   const struct tcp_record *record, const struct change *c)
{
	struct tcp_socket_event *e =
		ring_reserve_part(sizeof(*e), offsetof(struct tcp_socket_event, record), TCP_COUNTER_EVENTS_LOST);

	if (!e)
		return;
	fill_socket_event(e, kind, tp, record, c);
	e->event.cookie = cookie_of(sk);
	ring_submit(e, TCP_COUNTER_EVENTS_SUBMITTED);
}

#endif
