/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_UNWIND_H
#define TRACER_UNWIND_H

/*
 * User stacks, in process context only. A stack is named by a hash of process
 * and frames and crosses the ring once; everything else carries the name.
 */

#define BUDGET_WINDOW_NS 100000000ULL
#define HASH_MULTIPLIER 0x9e3779b97f4a7c15ULL /* 2^64 / golden ratio */

static __always_inline __u64 hash_step(__u64 hash, __u64 value)
{
	hash = (hash ^ value) * HASH_MULTIPLIER;
	return hash ^ (hash >> 29);
}

/* A storm of new call paths must not eat the machine: so many walks per CPU and window. */
static __always_inline bool budget_allows(struct scratch *scratch)
{
	__u64 window = bpf_ktime_get_ns() / BUDGET_WINDOW_NS;

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

static __always_inline __u64 hash_frames(const struct tcp_stack *stack, __u32 frames)
{
	__u64 hash = hash_step(stack->start_boottime_ns, stack->pid);

	for (__u32 i = 0; i < TCP_STACK_DEPTH; i++) {
		if (i >= frames)
			break;
		hash = hash_step(hash, stack->frames[i]);
	}
	return hash ? hash : 1;
}

/* Not remembered when the ring is full: the next use of the stack sends it again. */
static __always_inline void send_once(struct tcp_stack *stack, __u32 bytes)
{
	__u64 id = stack->stack_id;
	__u8 known = 1;

	if (bpf_map_lookup_elem(&known_stacks, &id))
		return;
	if (bytes > sizeof(stack->frames))
		return;
	header_fill(&stack->header, sizeof(*stack) - sizeof(stack->frames) + bytes, TCP_EVENT_KIND_STACK);
	if (bpf_ringbuf_output(&events, stack, sizeof(*stack) - sizeof(stack->frames) + bytes, BPF_RB_NO_WAKEUP)) {
		count(TCP_COUNTER_STACKS_LOST);
		return;
	}
	count(TCP_COUNTER_STACKS_SUBMITTED);
	bpf_map_update_elem(&known_stacks, &id, &known, BPF_ANY);
}

/* The name of the current task's user stack; 0: none (counted). */
static __always_inline __u64 capture_stack(void *ctx, const struct tcp_actor *actor)
{
	struct scratch *scratch = scratch_of_this_cpu();
	struct tcp_stack *stack;
	long bytes;

	if (!scratch || !budget_allows(scratch))
		return 0;
	stack = &scratch->stack;
	bytes = bpf_get_stack(ctx, stack->frames, sizeof(stack->frames), BPF_F_USER_STACK);
	if (bytes <= 0) {
		count(TCP_COUNTER_STACKS_FAILED);
		return 0;
	}
	stack->start_boottime_ns = actor->start_boottime_ns;
	stack->pid = actor->pid;
	stack->tid = actor->tid;
	stack->frame_count = bytes / sizeof(__u64);
	stack->flags = TCP_STACK_FLAG_FP_ONLY;
	if (stack->frame_count == TCP_STACK_DEPTH)
		stack->flags |= TCP_STACK_FLAG_TRUNCATED;
	stack->stack_id = hash_frames(stack, stack->frame_count);
	send_once(stack, bytes);
	return stack->stack_id;
}

/*
 * A cheap name for "this thread on this call path", to reuse the last walk of
 * the same socket: the registers at the system call, and the two return
 * addresses that frame and stack pointer lead to. 0: cannot tell.
 */
static __always_inline __u64 call_path(__u32 tid)
{
	__u64 hash = hash_step(HASH_MULTIPLIER, tid);
	__u64 words[2] = {};
	struct pt_regs *regs;

	if (!has_task_regs)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
#if defined(__TARGET_ARCH_x86)
	bpf_probe_read_user(&words[0], sizeof(words[0]), (void *)regs->sp);
	bpf_probe_read_user(&words[1], sizeof(words[1]), (void *)(regs->bp + 8));
	hash = hash_step(hash, regs->ip);
	hash = hash_step(hash, regs->sp);
	hash = hash_step(hash, regs->bp);
#elif defined(__TARGET_ARCH_arm64)
	words[0] = regs->regs[30];
	bpf_probe_read_user(&words[1], sizeof(words[1]), (void *)(regs->regs[29] + 8));
	hash = hash_step(hash, regs->pc);
	hash = hash_step(hash, regs->sp);
	hash = hash_step(hash, regs->regs[29]);
#endif
	return hash_step(hash_step(hash, words[0]), words[1]);
}

#endif
