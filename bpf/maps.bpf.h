/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_MAPS_H
#define TRACER_MAPS_H

/* Every map, and every constant that user space fixes before the load. */

/* Set by the daemon from what the kernel turned out to take. */
const volatile bool has_socket_cookie = true; /* bpf_get_socket_cookie in tracing programs: 5.12 */
const volatile bool has_task_btf = true; /* bpf_get_current_task_btf: 5.11 */
const volatile bool has_kernel_reads = true; /* bpf_probe_read_kernel: 5.5, refused under lockdown=confidentiality */
const volatile bool has_probe_reads = true; /* tasks are read with it */
const volatile bool has_task_regs = true; /* bpf_task_pt_regs: 5.15 */
const volatile __u32 tick_ns = 4000000; /* nanoseconds per jiffy */
const volatile __u32 stack_budget = 400; /* stack walks per CPU and 100 ms */
const volatile __u32 exec_budget = 5; /* new programs told of per CPU and 100 ms */
const volatile __u32 recvmsg_args = 5; /* arguments of tcp_recvmsg(): 6 before 5.19, 4 in 7.2 */
const volatile __u32 scope_filters = 0; /* how many of control.scope[] are in use; 0: the whole host, and no program has the code for it */
const volatile __u32 accept_args = 2; /* arguments of inet_csk_accept(): 4 before 6.10 */

/* Live settings and the doorbell; the daemon maps this page. */
struct tcp_control control;
__u32 inspected_pid; /* iter/task reports the threads of this process */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
} events SEC(".maps");

struct kept_record {
	struct tcp_record record;
	__u64 number; /* identity on kernels that give no cookie; 0: not numbered */
};

/*
 * One record per socket, by its address. Socket storage goes with its socket, but making, copying and freeing it cost a connection more than
 * all the rest of the hooks (docs/decisions/0019).
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144);
	__type(key, __u64);
	__type(value, struct kept_record);
} records SEC(".maps");

/* Stacks that already crossed the ring. Evicting one only sends it again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u8);
} known_stacks SEC(".maps");

#ifndef KERNEL_WALK_ONLY
/* Unwind rules of all files, each file's in order; user space writes through a mapping. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1 << 21);
	__type(key, __u32);
	__type(value, struct tcp_unwind_row);
} unwind_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct tcp_code_key);
	__type(value, struct tcp_unwind_table);
} unwind_tables SEC(".maps");

/* Processes that user space has looked at. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct tcp_target);
} targets SEC(".maps");

/* When user space was last asked for a table. Evicting one only asks again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct tcp_code_key);
	__type(value, __u64);
} wanted SEC(".maps");
#endif

/* Processes whose end the daemon wants to hear of: those that hold a socket in CLOSE_WAIT. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u8);
} watched_pids SEC(".maps");

/* The socket of a thread inside tcp_recvmsg(), for the kretprobe rung. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u64);
} receiving SEC(".maps");

/* Their sum is what was counted. */
struct counter {
	__u64 atomic; /* by count() */
	__u64 plain; /* by count_plainly() */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TCP_COUNTER_COUNT);
	__type(key, __u32);
	__type(value, struct counter);
} counters SEC(".maps");

/* The mapping that holds an address, and its table. */
struct code {
	struct tcp_code_key key;
	__u64 start;
	__u64 end; /* 0: none */
	__u64 base; /* address of row offset 0 */
	__u32 first_row;
	__u32 row_count;
	__u64 has_table;
};

#define WALK_MAPPINGS 4 /* program, C library and two more; a power of two */

/* A walk up a machine stack. */
struct walk {
	struct code codes[WALK_MAPPINGS]; /* found by this walk */
	__u32 code; /* the current one */
	__u32 mappings; /* looked up */
	__u64 ip;
	__u64 sp;
	__u64 fp;
	__u64 hash; /* of all frames so far */
	__u32 frames;
	__u32 interpreted; /* frames in scratch.interpreter */
	__u32 end; /* enum tcp_stack_end */
	__u32 flags; /* enum tcp_stack_flag */
	__u64 is_exact; /* ip is where execution is, not behind a call */
	__u64 has_functions; /* frames without rules hold a function: TCP_INTERPRETER_ROOT_NATIVE_FRAMES */
	__u64 generated; /* a mapping of generated code for which there were rules; 0: none */
	__u64 address_space; /* of the process: see address_space_of() */
};

/* A walk along an interpreter's frame list. */
struct list_walk {
	struct tcp_interpreter layout;
	__u64 frame; /* 0: at the end */
	__u64 thread_pointer;
};

#define WINDOW_WORDS 64 /* 32: 0.5 us slower, 128: no faster once caches are cold, and it ends at more stack tops */

/* A piece of the machine stack, read at once. */
struct stack_window {
	__u64 start; /* address of words[0] */
	__u32 is_filled;
	__u32 is_shut; /* in this walk only words are read from now on */
	__u64 words[WINDOW_WORDS];
};

#define ROW_CACHE_BITS 11
#define TASK_NOTES 8

/*
 * Working memory of one CPU: too large for the 512-byte BPF stack. The walks are
 * here for another reason too: of what is on the stack the verifier follows each
 * possible value, and took 9 s for these programs instead of 0.2.
 */
struct scratch {
	__u64 running; /* the state-change hook is running on this CPU */
	__u64 taken_of_softirq; /* see nested.bpf.h */
	__u64 taken_of_tasks[TASK_NOTES];
	__u64 budget_window; /* 100 ms window of budget_used */
	__u64 budget_used;
	__u64 exec_window; /* the same for new programs */
	__u64 execs_told;
	__u64 tick; /* the jiffy in which tick_ktime_ns was read */
	__u64 tick_ktime_ns;
	struct tcp_socket_event row; /* of the iterator: one at a time */
	struct tcp_stack stack; /* process context only */
	struct tcp_interpreter_frame interpreter[TCP_INTERPRETER_DEPTH]; /* moved behind the frames when their number is known */
	struct walk walk;
	struct list_walk list;
	struct stack_window window;
	__u32 rows[1 << ROW_CACHE_BITS]; /* where searches for rules ended; hints only */
};

/* What a callback of bpf_loop() gets has to be on the stack. */
struct on_stack {
	struct scratch *scratch;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_of_this_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

#endif
