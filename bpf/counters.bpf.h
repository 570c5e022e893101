/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_COUNTERS_H
#define TRACER_COUNTERS_H

/*
 * Atomic although per CPU: a softirq may interrupt a hook on the same CPU.
 * The locked add is also the full barrier that ring_submit() relies on.
 */
static __always_inline void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		__sync_fetch_and_add(value, 1);
}

#endif
