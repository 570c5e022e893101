/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both walks of the same stack, timed one behind the other: the product's own
 * headers, with the tables of the daemon that runs (walkcost.c hands them over).
 * Apart from the product, because the product must not carry a clock around.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "wire.h"
#include "maps.bpf.h"
#include "counters.bpf.h"
#include "ring.bpf.h"
#include "sock.bpf.h"
#include "unwind.bpf.h"
#include "path.bpf.h"
#include "walk.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

volatile __u32 only_tgid SEC(".data.tgid") = 0;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, WALK_SAMPLES);
	__type(key, __u32);
	__type(value, struct walk_sample);
} samples SEC(".maps");

struct kernel_frames {
	__u64 words[TCP_STACK_DEPTH];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kernel_frames);
} kernel_frames SEC(".maps");

__u32 taken = 0; /* one thread sends */

static __noinline int time_clock(struct walk_sample *sample)
{
	__u64 start = bpf_ktime_get_ns();

	sample->clock_ns = bpf_ktime_get_ns() - start;
	return 0;
}

static __noinline int time_kernel(void *ctx, struct walk_sample *sample)
{
	__u32 zero = 0;
	struct kernel_frames *frames = bpf_map_lookup_elem(&kernel_frames, &zero);
	__u64 start = bpf_ktime_get_ns();
	long bytes;

	if (!frames)
		return 0;
	bytes = bpf_get_stack(ctx, frames->words, sizeof(frames->words), BPF_F_USER_STACK);
	sample->kernel_ns = bpf_ktime_get_ns() - start;
	sample->kernel_frames = bytes > 0 ? (__u64)bytes / sizeof(__u64) : 0;
	return 0;
}

static __noinline int time_hybrid(void *ctx, struct walk_sample *sample)
{
	struct scratch *scratch = scratch_of_this_cpu();
	__u64 start = bpf_ktime_get_ns();

	if (!scratch)
		return 0;
	walk_stack(ctx, scratch);
	sample->hybrid_ns = bpf_ktime_get_ns() - start;
	sample->hybrid_frames = scratch->stack.frame_count;
	sample->hybrid_end = scratch->stack.end;
	sample->hybrid_flags = scratch->stack.flags;
	sample->hybrid_id = scratch->stack.stack_id;
	return 0;
}

static __noinline int time_path(void *ctx, struct walk_sample *sample)
{
	__u64 start = bpf_ktime_get_ns();
	__u64 path = call_path(ctx, 1);

	sample->path_ns = bpf_ktime_get_ns() - start;
	return path != 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_timed_send, struct sock *sk, int result, int flags)
{
	struct walk_sample *sample;
	__u32 number = taken;

	if (bpf_get_current_pid_tgid() >> 32 != only_tgid)
		return 0;
	sample = bpf_map_lookup_elem(&samples, &number);
	if (!sample)
		return 0;
	taken = number + 1;
	time_clock(sample);
	if (number & 1) { /* whoever comes second finds the stack in the cache */
		time_kernel(ctx, sample);
		time_hybrid(ctx, sample);
	} else {
		time_hybrid(ctx, sample);
		time_kernel(ctx, sample);
	}
	time_path(ctx, sample);
	return 0;
}
