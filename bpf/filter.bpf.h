/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_FILTER_H
#define TRACER_FILTER_H

/*
 * What leaves the kernel. User space keeps the exact filters; here is a superset
 * of them, so that traffic nobody asked for costs a few loads.
 */

static __always_inline bool pid_matches(const struct tcp_filter *f, const struct tcp_record *record)
{
	if (!f->pid || !record)
		return true;
	if (!is_known(&record->origin) && !is_known(&record->last_read))
		return true;
	return record->origin.pid == f->pid || record->last_read.pid == f->pid || record->listener.pid == f->pid;
}

/* connect() has no local port yet at its first state change: a filter on local ports does not see it. */
static __always_inline bool ports_match(const struct tcp_filter *f, const struct sock *sk)
{
	__u16 local = bpf_ntohs(((const struct inet_sock *)sk)->inet_sport);
	__u16 remote = bpf_ntohs(sk->__sk_common.skc_dport);

	if (f->local_port && f->local_port != local)
		return false;
	if (f->remote_port && f->remote_port != remote)
		return false;
	return !f->any_port || f->any_port == local || f->any_port == remote;
}

#define CGROUP_DEPTH_MAX 8

/* Is the socket in this cgroup or below it? */
static __always_inline bool cgroup_matches(__u64 wanted, const struct sock *sk)
{
	const struct cgroup_subsys_state *parent;
	const struct cgroup *cgroup;

	if (!bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return true;
	cgroup = sk->sk_cgrp_data.cgroup;
	for (int i = 0; i < CGROUP_DEPTH_MAX; i++) {
		if (cgroup->kn->id == wanted)
			return true;
		parent = cgroup->self.parent;
		if (!parent)
			return false;
		cgroup = parent->cgroup;
	}
	return true; /* deeper than this: user space decides */
}

static __always_inline bool place_matches(const struct tcp_filter *f, const struct sock *sk)
{
	if (f->family && f->family != sk->__sk_common.skc_family)
		return false;
	if (f->netns && f->netns != netns_of(sk))
		return false;
	return !f->cgroup_id || cgroup_matches(f->cgroup_id, sk);
}

static __always_inline bool filter_matches(const struct tcp_filter *f, const struct tcp_sock *tp,
					   const struct tcp_record *record)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	return f->state_mask && ports_match(f, sk) && place_matches(f, sk) && pid_matches(f, record);
}

/*
 * The new states, as bits, whose changes somebody watches on this socket. One
 * pass for all that a change tells, and without a way out at the first match:
 * the verifier sees the same at each step and looks once.
 */
static __always_inline __u32 watched_states(const struct tcp_sock *tp, const struct tcp_record *record)
{
	__u32 states = 0;

	if (control.watch_filters == TCP_WATCH_ALL)
		return -1;
	for (__u32 i = 0; i < TCP_FILTER_SLOTS; i++) {
		if (i >= control.watch_filters)
			break;
		if (filter_matches(&control.watch[i], tp, record))
			states |= control.watch[i].state_mask;
	}
	return states;
}

/* Is this socket followed at all? */
static __always_inline bool is_in_scope(const struct tcp_sock *tp, const struct tcp_record *record)
{
	for (__u32 i = 0; i < TCP_FILTER_SLOTS; i++) {
		if (i >= scope_filters)
			break;
		if (filter_matches(&control.scope[i], tp, record))
			return true;
	}
	return !scope_filters;
}

#endif
