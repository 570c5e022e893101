/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_PATH_H
#define TRACER_PATH_H

/* A call path without a walk. */

#define FRAME_POINTER_REACH 65536 /* farther from the stack pointer it is taken for something else */
#define PATH_FRAMES 16
#define PATH_NATIVE 1 /* set in a call path without frames of an interpreter: registers tell it from others for a moment */
#define PATH_WINDOW (WINDOW_WORDS * sizeof(__u64))

static __always_inline __u64 hash_kernel_walk(void *ctx, __u64 hash)
{
	__u64 frames[PATH_FRAMES] = {};

	if (bpf_get_stack(ctx, frames, sizeof(frames), BPF_F_USER_STACK) <= 0)
		return 0;
	for (int i = 0; i < PATH_FRAMES; i++)
		hash = hash_step(hash, frames[i]);
	return hash;
}

#if defined(__TARGET_ARCH_x86)
/*
 * What stack and frame pointer lead to. Each read of user memory takes 95 ns, of a word or of many: one, where both are near each other.
 * Without frame pointers that register holds anything, and reading there is a page fault: 0.5 us of 0.9.
 */
static __always_inline void read_returns(const struct pt_regs *regs, __u64 *words)
{
	struct scratch *scratch = scratch_of_this_cpu();
	__u64 distance = regs->bp - regs->sp;

	if (scratch && distance <= PATH_WINDOW - 2 * sizeof(__u64) && !(distance % sizeof(__u64))) {
		bpf_probe_read_user(scratch->window.words, distance + 2 * sizeof(__u64), (void *)regs->sp);
		words[0] = scratch->window.words[0];
		words[1] = scratch->window.words[distance / sizeof(__u64) + 1];
		return;
	}
	bpf_probe_read_user(&words[0], sizeof(words[0]), (void *)regs->sp);
	if (distance < FRAME_POINTER_REACH)
		bpf_probe_read_user(&words[1], sizeof(words[1]), (void *)(regs->bp + 8));
}
#endif

/* Each register by a number of its own: they are multiplied side by side, where steps of a hash wait for each other. */
static __always_inline __u64 weighed(__u64 value, __u64 place)
{
	return value * (hash_step(HASH_MULTIPLIER, place) | 1);
}

/*
 * A cheaper name than the one below, for "this thread by this very call": what it left in registers at the system call, and nothing that is in
 * memory. Two calls of one frame of the stack with the same arguments share a name: good for a moment only. 0: cannot tell.
 */
static __always_inline __u32 call_registers(__u32 tid)
{
	__u64 sum = weighed(tid, 0);
	struct pt_regs *regs;

	if (!has_task_regs)
		return 0;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
#if defined(__TARGET_ARCH_x86)
	sum += weighed(regs->ip, 1) + weighed(regs->sp, 2) + weighed(regs->bp, 3) + weighed(regs->orig_ax, 4);
	sum += weighed(regs->di, 5) + weighed(regs->si, 6) + weighed(regs->dx, 7) + weighed(regs->r10, 8);
#elif defined(__TARGET_ARCH_arm64)
	sum += weighed(regs->pc, 1) + weighed(regs->sp, 2) + weighed(regs->regs[29], 3) + weighed(regs->regs[8], 4);
	sum += weighed(regs->regs[0], 5) + weighed(regs->regs[1], 6) + weighed(regs->regs[2], 7) + weighed(regs->regs[3], 8);
	sum += weighed(regs->regs[30], 9);
#endif
	return sum >> 32;
}

/*
 * A cheap name for "this thread on this call path", to reuse the last walk of
 * the same socket: the registers at the system call, the two return addresses
 * that frame and stack pointer lead to, and the newest frames of an
 * interpreter. Where no registers are shown, the newest frames of the kernel's
 * own walk. 0: cannot tell.
 */
static __noinline __u64 call_path(void *ctx, __u32 tid)
{
	__u64 hash = hash_step(HASH_MULTIPLIER, tid);
	__u64 words[2] = {};
	struct pt_regs *regs;
	__u64 interpreted;

	if (!has_task_regs)
		return hash_kernel_walk(ctx, hash);
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
#if defined(__TARGET_ARCH_x86)
	read_returns(regs, words);
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
	hash = hash_step(hash_step(hash, words[0]), words[1]);
	interpreted = hash_newest_frames(hash);
	return interpreted == hash ? hash | PATH_NATIVE : interpreted & ~(__u64)PATH_NATIVE;
}

#endif
