/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_NESTED_H
#define TRACER_NESTED_H

/*
 * A softirq that interrupts a hook changes and ends sockets too, and the kernel
 * does not run a tracing program inside itself (6.2, 05b24ff9b2cf). Where nothing
 * may be missed a second program follows on the same tracepoint, attached after the
 * first one. That one's last act is to note what it took; the rest is the second's.
 *
 * Between the two a softirq may run both for sockets of its own. It never owns a
 * socket, and works on none that a task owns (lock_sock()), so each side has a note
 * of its own. Where tasks may change there too (7.2), their sockets hardly share one.
 * That of softirqs is a single one on purpose: where the second program was skipped
 * as it ran already, a note stays, and the next one has to replace it soon.
 */
#define DESTROYED 15 /* instead of a state; addresses of sockets are multiples of 64 */

static __always_inline volatile __u64 *note_of(struct scratch *scratch, const struct sock *sk)
{
	__u64 key = sock_key_of(sk);

	if (!sk->sk_lock.owned)
		return &scratch->taken_of_softirq;
	return &scratch->taken_of_tasks[(key >> 6 ^ key >> 12) & (TASK_NOTES - 1)];
}

static __always_inline void take(struct scratch *scratch, const struct sock *sk, __u32 what)
{
	*note_of(scratch, sk) = sock_key_of(sk) + what;
}

static __always_inline bool is_taken(struct scratch *scratch, const struct sock *sk, __u32 what)
{
	volatile __u64 *note = note_of(scratch, sk);

	if (*note != sock_key_of(sk) + what)
		return false;
	*note = 0; /* the same may happen at this address again */
	return true;
}

#endif
