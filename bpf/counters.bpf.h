/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_COUNTERS_H
#define TRACER_COUNTERS_H

/*
 * Atomic although per CPU: a softirq may interrupt a hook on the same CPU. Also
 * the full barrier that ring_submit() relies on. On x86 every atomic is one; on
 * arm64 only one that returns the old value, taken since 5.18 (1902472b4fa9).
 * x86 kernels before 5.12 do not know such a one (5ca419f2864a).
 */
static __always_inline void count(__u32 counter)
{
	struct counter *value = bpf_map_lookup_elem(&counters, &counter);

	if (!value)
		return;
#if defined(__TARGET_ARCH_x86)
	__sync_fetch_and_add(&value->atomic, 1);
#else
	/* A use of the old value, or the compiler does not ask for it. */
	asm volatile(""
		     :
		     : "r"(__sync_fetch_and_add(&value->atomic, 1)));
#endif
}

/* For on_state_change alone, which never runs inside itself: no atomic addition is needed. */
static __always_inline void count_plainly(__u32 counter)
{
	struct counter *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		value->plain++;
}

#endif
