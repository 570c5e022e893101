/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_STACK_H
#define TRACER_STACK_H

/*
 * User stacks, in process context only. A stack is named by a hash of process,
 * frames and request, and crosses the ring once; everything else carries the name.
 */

#define REQUEST_WORDS ((TCP_REQUEST_METHOD_SIZE + TCP_REQUEST_PATH_SIZE) / sizeof(__u64))

/* A storm of new call paths must not eat the machine: so many walks per CPU and window. */
static __always_inline bool budget_allows(struct scratch *scratch, __u64 ktime_ns)
{
	__u64 window = ktime_ns / BUDGET_WINDOW_NS;

	if (scratch->budget_window != window) {
		scratch->budget_window = window;
		scratch->budget_used = 0;
	}
	if (scratch->budget_used >= stack_budget) {
		count(TCP_COUNTER_STACKS_OVER_BUDGET);
		return false;
	}
	scratch->budget_used++;
	return true;
}

/*
 * The frames' hash becomes the name of the stack of this process, for this request. Why it ends belongs to it: what is known under a name is not sent
 * again. The flags do not: a better walk of the same frames is sent under the same name.
 */
static __always_inline void name_stack(struct tcp_stack *stack)
{
	const __u64 *words = (const __u64 *)stack->request_method;
	__u64 hash = hash_step(hash_step(stack->stack_id, stack->start_boottime_ns), stack->pid);

	hash = hash_step(hash, stack->end);
	for (__u32 i = 0; i < REQUEST_WORDS; i++)
		hash = hash_step(hash, words[i]);
	stack->stack_id = hash ? hash : 1;
}

/*
 * Not remembered when the ring is full: the next use of the stack sends it again.
 * So does a walk that nothing was missing for, after one that had to guess and found the same.
 */
static __always_inline void send_once(struct tcp_stack *stack, __u32 words)
{
	__u32 bytes = words * sizeof(__u64);
	__u64 id = stack->stack_id;
	__u8 known = stack->flags ? 1 : 2;
	__u8 *sent = bpf_map_lookup_elem(&known_stacks, &id);

	if (sent && *sent >= known)
		return;
	if (bytes > sizeof(stack->words))
		return;
	header_fill(&stack->header, sizeof(*stack) - sizeof(stack->words) + bytes, TCP_EVENT_KIND_STACK);
	if (bpf_ringbuf_output(&events, stack, sizeof(*stack) - sizeof(stack->words) + bytes, BPF_RB_NO_WAKEUP)) {
		count(TCP_COUNTER_STACKS_LOST);
		return;
	}
	count(TCP_COUNTER_STACKS_SUBMITTED);
	bpf_map_update_elem(&known_stacks, &id, &known, BPF_ANY);
}

/* The name of the current task's user stack; 0: none (counted). */
static __noinline __u64 capture_stack(void *ctx, const struct tcp_actor *actor)
{
	struct scratch *scratch = scratch_of_this_cpu();
	struct tcp_stack *stack;
	__u32 words;

	if (!actor || !scratch || !budget_allows(scratch, actor->ktime_ns))
		return 0;
	stack = &scratch->stack;
	stack->start_boottime_ns = actor->start_boottime_ns;
	stack->pid = actor->pid;
	stack->tid = actor->tid;
	words = walk_stack(ctx, scratch);
	if (!words) {
		count(TCP_COUNTER_STACKS_FAILED);
		return 0;
	}
	if (stack->end != TCP_STACK_END_COMPLETE)
		count(TCP_COUNTER_STACKS_CUT);
	if (stack->flags & TCP_STACK_FLAG_FP_ONLY)
		count(TCP_COUNTER_STACKS_FP_ONLY);
	name_stack(stack);
	send_once(stack, words);
	return stack->stack_id;
}

#endif
