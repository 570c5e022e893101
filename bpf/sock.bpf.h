/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_SOCK_H
#define TRACER_SOCK_H

/*
 * Reads a TCP socket through typed pointers only, which the verifier follows
 * without bpf_probe_read_kernel: that helper is refused under
 * lockdown=confidentiality.
 */

#define AF_INET 2 /* include/linux/socket.h */
#define AF_INET6 10
#define IPPROTO_TCP 6 /* include/uapi/linux/in.h */
#define SOCK_DEAD 0 /* enum sock_flags, include/net/sock.h */
#define SOCK_KEEPOPEN 3
#define SHUTDOWN_BOTH 3 /* SHUTDOWN_MASK, include/net/sock.h */

/* NULL for request, time-wait, MPTCP and non-TCP sockets: none of them is followed. */
static __always_inline struct tcp_sock *tcp_sock_of(const void *sk)
{
	return bpf_skc_to_tcp_sock((void *)sk);
}

static __always_inline __u32 netns_of(const struct sock *sk)
{
	return sk->__sk_common.skc_net.net->ns.inum;
}

static __always_inline __u64 cgroup_of(const struct sock *sk)
{
	if (!bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return 0;
	return sk->sk_cgrp_data.cgroup->kn->id;
}

static __always_inline __u64 sock_key_of(const struct sock *sk)
{
	return (__u64)sk;
}

/* True while the last descriptor is being closed: the file's count has dropped to none. */
static __always_inline bool file_is_released(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;
	const struct file *file;

	if (!socket)
		return true;
	file = socket->file;
	if (!file)
		return true;
	/* file_ref.h: a dead reference is negative; 0 still stands for one holder. */
	if (bpf_core_field_exists(file->f_ref))
		return file->f_ref.refcnt.counter < 0;
	return ((const struct file___old *)file)->f_count.counter <= 0;
}

static __always_inline void map_ipv4(__u8 *to, __be32 address)
{
	to[10] = 0xff;
	to[11] = 0xff;
	*(__be32 *)(to + 12) = address;
}

static __always_inline void read_tuple(struct tcp_event *e, const struct tcp_sock *tp)
{
	const struct inet_sock *inet = &tp->inet_conn.icsk_inet;
	const struct sock_common *skc = &inet->sk.__sk_common;

	e->family = skc->skc_family;
	/* skc_num is already 0 at the change to CLOSE; inet_sport is not */
	e->local_port = bpf_ntohs(inet->inet_sport);
	e->remote_port = bpf_ntohs(skc->skc_dport);
	if (e->family == AF_INET) {
		map_ipv4(e->local_address, inet->inet_saddr);
		map_ipv4(e->remote_address, skc->skc_daddr);
		return;
	}
	for (int i = 0; i < 4; i++) {
		((__be32 *)e->local_address)[i] = skc->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
		((__be32 *)e->remote_address)[i] = skc->skc_v6_daddr.in6_u.u6_addr32[i];
	}
}

static __always_inline void read_numbers(struct tcp_event *e, const struct tcp_sock *tp, __u8 state)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	if (state == TCP_WIRE_STATE_LISTEN) {
		e->unread_bytes = sk->sk_ack_backlog;
		e->unsent_bytes = sk->sk_max_ack_backlog;
		e->bytes_received = (__u32)sk->sk_drops.counter;
		return;
	}
	e->bytes_received = tp->bytes_received;
	e->bytes_sent = tp->bytes_sent;
	e->unread_bytes = tp->rcv_nxt - tp->copied_seq;
	e->unsent_bytes = tp->write_seq - tp->snd_una;
	e->srtt_us = tp->srtt_us >> 3; /* kept as eight times the average */
}

static __always_inline void read_flags(struct tcp_event *e, const struct sock *sk)
{
	e->sock_error = sk->sk_err;
	e->shutdown = sk->sk_shutdown;
	if (!sk->sk_socket)
		e->flags |= TCP_EVENT_FLAG_NO_SOCKET;
	if ((sk->__sk_common.skc_flags & (1 << SOCK_DEAD)) ||
	    (sk->sk_socket && file_is_released(sk)))
		e->flags |= TCP_EVENT_FLAG_ORPHAN;
}

/* Ages are kept by the kernel as the low 32 bits of jiffies. */
static __always_inline __u64 age_ns(__u32 stamp)
{
	return (__u64)((__u32)bpf_jiffies64() - stamp) * tick_ns;
}

static __always_inline __u64 idle_ns(const struct tcp_sock *tp)
{
	__u64 received = age_ns(tp->inet_conn.icsk_ack.lrcvtime);
	__u64 sent = age_ns(tp->lsndtime);

	return received < sent ? received : sent;
}

/* Probes start when nothing has come for so many jiffies, also after the FIN: an answer is then the last segment. */
static __always_inline bool may_be_probed(const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	__u32 wait = tp->keepalive_time;

	if (!(sk->__sk_common.skc_flags & (1 << SOCK_KEEPOPEN)))
		return false;
	if (!wait)
		wait = sk->__sk_common.skc_net.net->ipv4.sysctl_tcp_keepalive_time;
	return idle_ns(tp) >= age_ns(tp->rcv_tstamp) + (__u64)wait * tick_ns;
}

#endif
