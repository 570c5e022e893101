// SPDX-License-Identifier: Apache-2.0
/* The verifier must refuse this program: it reads through a number. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("raw_tp/sched_switch")
int on_rejected(void *ctx)
{
	return *(volatile int *)bpf_ktime_get_ns();
}

char _license[] SEC("license") = "GPL";
