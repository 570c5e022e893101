/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_RING_H
#define TRACER_RING_H

/*
 * A wake-up costs more than everything else here together, so the consumer is
 * only woken when it says that it sleeps: it sets the doorbell, looks at the
 * ring once more, then waits. Whoever submits next clears the doorbell and
 * wakes it.
 *
 * No wake-up is lost: the ring's producer position moved before count(), which
 * is a full barrier, and only then the doorbell is read; the consumer writes the
 * doorbell, has a full barrier, then reads the position. A plain atomic add
 * would not do: on arm64 the doorbell could be read before the position moves.
 */
static __always_inline __u64 wakeup_flags(void)
{
	volatile __u32 *armed = &control.doorbell_armed;

	if (!*armed)
		return BPF_RB_NO_WAKEUP;
	*armed = 0;
	count(TCP_COUNTER_DOORBELLS);
	return BPF_RB_FORCE_WAKEUP;
}

/* The first bytes are zeroed, as ring memory holds old ones; the caller writes each of the rest. */
static __always_inline void *ring_reserve_part(__u64 size, __u64 zeroed, __u32 lost_counter)
{
	void *record = bpf_ringbuf_reserve(&events, size, 0);

	if (!record) {
		count(lost_counter);
		return 0;
	}
	__builtin_memset(record, 0, zeroed);
	return record;
}

static __always_inline void *ring_reserve(__u64 size, __u32 lost_counter)
{
	return ring_reserve_part(size, size, lost_counter);
}

static __always_inline void ring_submit(void *record, __u32 submitted_counter)
{
	count(submitted_counter);
	bpf_ringbuf_submit(record, wakeup_flags());
}

static __always_inline void header_fill(struct tcp_event_header *header, __u32 size, __u16 kind)
{
	header->size = size;
	header->kind = kind;
	header->version = TCP_WIRE_VERSION;
}

#endif
