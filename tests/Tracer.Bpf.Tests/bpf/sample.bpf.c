// SPDX-License-Identifier: Apache-2.0
/*
 * Programs for the tests of Tracer.Bpf: one of each thing that room can do. They react only to the process whose
 * number the test sets, so that other traffic on the machine does not disturb the counts.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

enum sample_counter { SAMPLE_SEEN, SAMPLE_DROPPED, SAMPLE_RUNG, SAMPLE_COUNTERS };

struct sample_record {
	__u64 sequence;
	__u32 tgid;
	__u32 new_state;
};

struct sample_control {
	__u32 doorbell_armed;
	__u32 reserved;
	__u64 sequence;
};

struct task_struct {
	int tgid;
} __attribute__((preserve_access_index));

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

const volatile __u32 only_tgid = 0;
const volatile __u32 only_state = 0; /* 0: all states */
const volatile __u64 discard_every = 0;
struct sample_control control;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SAMPLE_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

static void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		*value += 1;
}

/* The commit's xchg is the full barrier between advancing the producer position and reading the armed word. */
static void ring_if_armed(void)
{
	void *bell;

	if (!*(volatile __u32 *)&control.doorbell_armed)
		return;
	*(volatile __u32 *)&control.doorbell_armed = 0;
	bell = bpf_ringbuf_reserve(&events, 8, 0);
	if (!bell)
		return;
	bpf_ringbuf_discard(bell, BPF_RB_FORCE_WAKEUP);
	count(SAMPLE_RUNG);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_sample_state, const void *sk, int old_state, int new_state)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct sample_record *record;

	if (tgid != only_tgid || (only_state && new_state != (int)only_state))
		return 0;
	count(SAMPLE_SEEN);
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record) {
		count(SAMPLE_DROPPED);
		return 0;
	}
	/* Not one step: an add that returns the old value needs 5.12, and the test makes its traffic in one thread. */
	record->sequence = control.sequence;
	__sync_fetch_and_add(&control.sequence, 1);
	record->tgid = tgid;
	record->new_state = new_state;
	if (discard_every && record->sequence % discard_every == 0)
		bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
	ring_if_armed();
	return 0;
}

SEC("iter/task")
int on_sample_task(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	__u32 tgid;

	if (!task)
		return 0;
	tgid = task->tgid;
	bpf_seq_write(seq, &tgid, sizeof(tgid));
	return 0;
}

/* Names a tracepoint that no kernel has: loading it must fail, leaving it out must not. */
SEC("?tp_btf/no_such_tracepoint")
int BPF_PROG(on_sample_absent)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
