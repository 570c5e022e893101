/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_WIRE_H
#define TRACER_WIRE_H

/*
 * THE layout of everything that crosses from the kernel to user space: ring buffer records, iterator rows, counters and filters. The BPF programs
 * include this file; Tracer.Wire mirrors it and a test compares both with the BTF of layout.bpf.o. Integers are in host byte order unless a comment
 * says otherwise. Times are CLOCK_MONOTONIC nanoseconds (ktime_ns) except start_boottime_ns, which is CLOCK_BOOTTIME, as in /proc/PID/stat.
 */

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define TCP_WIRE_VERSION 2
#define TCP_COMM_SIZE 16 /* TASK_COMM_LEN, linux/sched.h */
#define TCP_STACK_DEPTH 127 /* default of kernel.perf_event_max_stack */
#define TCP_INTERPRETER_DEPTH 64
#define TCP_STACK_WORDS 319 /* TCP_STACK_DEPTH + 3 * TCP_INTERPRETER_DEPTH */
#define TCP_REQUEST_METHOD_SIZE 16
#define TCP_REQUEST_PATH_SIZE 80
#define TCP_MAIN_CODE 0x80 /* beside a function's type in tcp_interpreter_frame.detail */
#define TCP_FILTER_SLOTS 8
#define TCP_WATCH_ALL 0x7fffffff /* tcp_control.watch_filters: everything passes; also while slots are rewritten */

/* Names the struct that follows the header. */
enum tcp_event_kind {
	TCP_EVENT_KIND_UNKNOWN = 0,
	TCP_EVENT_KIND_TRANSITION = 1, /* struct tcp_event: a watched state change */
	TCP_EVENT_KIND_CLOSE_WAIT_ENTER = 2, /* struct tcp_socket_event: the FIN arrived */
	TCP_EVENT_KIND_CLOSE_WAIT_USE = 3, /* struct tcp_socket_event: accepted, EOF read, or sent to after the FIN */
	TCP_EVENT_KIND_CLOSE_WAIT_EXIT = 4, /* struct tcp_socket_event: left CLOSE_WAIT; event.owner closed it if owner_source is TASK */
	TCP_EVENT_KIND_RELEASE = 5, /* struct tcp_socket_event: the last descriptor closed after an exit that had left one open */
	TCP_EVENT_KIND_SNAPSHOT = 6, /* struct tcp_socket_event: a row of iter/tcp */
	TCP_EVENT_KIND_HOLDER = 7, /* struct tcp_holder: a row of iter/task_file */
	TCP_EVENT_KIND_QUEUED = 8, /* struct tcp_queued: a row of iter/tcp, one per socket in an accept queue */
	TCP_EVENT_KIND_STACK = 9, /* struct tcp_stack, cut behind its last frame */
	TCP_EVENT_KIND_PROCESS_EXIT = 10, /* struct tcp_process_exit */
	TCP_EVENT_KIND_CODE_WANTED = 11, /* struct tcp_code_mapping: a walk found no table for this code */
	TCP_EVENT_KIND_CODE_MAPPING = 12, /* struct tcp_code_mapping: a row of iter/task_vma */
	TCP_EVENT_KIND_PROCESS_EXEC = 13, /* struct tcp_code_mapping: a process began to execute a program */
	TCP_EVENT_KIND_THREAD = 14, /* struct tcp_thread: a row of iter/task */
};

/* enum of the kernel's own TCP states, include/net/tcp_states.h; 0 is not a state. */
enum tcp_wire_state {
	TCP_WIRE_STATE_UNKNOWN = 0,
	TCP_WIRE_STATE_ESTABLISHED = 1,
	TCP_WIRE_STATE_SYN_SENT = 2,
	TCP_WIRE_STATE_SYN_RECV = 3,
	TCP_WIRE_STATE_FIN_WAIT1 = 4,
	TCP_WIRE_STATE_FIN_WAIT2 = 5,
	TCP_WIRE_STATE_TIME_WAIT = 6,
	TCP_WIRE_STATE_CLOSE = 7,
	TCP_WIRE_STATE_CLOSE_WAIT = 8,
	TCP_WIRE_STATE_LAST_ACK = 9,
	TCP_WIRE_STATE_LISTEN = 10,
	TCP_WIRE_STATE_CLOSING = 11,
	TCP_WIRE_STATE_NEW_SYN_RECV = 12,
};

enum tcp_direction {
	TCP_DIRECTION_UNKNOWN = 0,
	TCP_DIRECTION_INBOUND = 1,
	TCP_DIRECTION_OUTBOUND = 2,
	TCP_DIRECTION_LISTEN = 3,
};

/* How tcp_event.owner is known. */
enum tcp_owner_source {
	TCP_OWNER_SOURCE_UNKNOWN = 0,
	TCP_OWNER_SOURCE_TASK = 1, /* the current task made this change, in process context */
	TCP_OWNER_SOURCE_RECORDED = 2, /* remembered from an earlier process-context hook */
};

/* How the origin of a socket is known. */
enum tcp_origin {
	TCP_ORIGIN_UNKNOWN = 0, /* existed before the tracer and was not used since */
	TCP_ORIGIN_CONNECT = 1, /* the origin actor called connect() */
	TCP_ORIGIN_ACCEPT = 2, /* the origin actor returned from accept(): a hook saw it */
	TCP_ORIGIN_ADOPTED = 3, /* inbound; the origin actor was the first to receive or send on it */
	TCP_ORIGIN_QUEUED = 4, /* inbound and no task has touched it yet; the listener actor is set if it is known */
	TCP_ORIGIN_LISTEN = 5, /* the socket is a listener; the origin actor called listen() */
	TCP_ORIGIN_EXISTED = 6, /* existed before the tracer; the origin actor is the first user seen */
};

/* tcp_event.flags: facts read from the socket at the event. */
enum tcp_event_flag {
	TCP_EVENT_FLAG_NO_SOCKET = 1 << 0, /* sk->sk_socket is NULL: in an accept queue, or orphaned */
	TCP_EVENT_FLAG_ORPHAN = 1 << 1, /* no descriptor refers to it any more, or the last one is just being closed */
	TCP_EVENT_FLAG_TASK_EXITING = 1 << 2, /* owner_source TASK and the task is in do_exit() */
	TCP_EVENT_FLAG_NESTED = 1 << 3, /* ran inside an interrupted run of the same hook */
	TCP_EVENT_FLAG_PROBED = 1 << 4, /* the last segment received may be the answer to a keepalive probe, not the FIN */
};

/* tcp_record.flags: what happened to the socket so far. */
enum tcp_record_flag {
	TCP_RECORD_FLAG_RESET_RECEIVED = 1 << 0,
	TCP_RECORD_FLAG_WAS_CLOSE_WAIT = 1 << 1, /* has been in CLOSE_WAIT */
	TCP_RECORD_FLAG_LEFT_OPEN = 1 << 2, /* left CLOSE_WAIT while a descriptor was open */
	TCP_RECORD_FLAG_ENTRY_SEEN = 1 << 3, /* the change to CLOSE_WAIT itself was seen, so its time is exact */
	TCP_RECORD_FLAG_CLOSE_CALLED = 1 << 4, /* tcp_close() entry was seen (fentry or kprobe rung) */
	TCP_RECORD_FLAG_UNNAMED = 1 << 5, /* its first change is yet to be told; never in an event */
};

/* tcp_stack.flags */
enum tcp_stack_flag {
	TCP_STACK_FLAG_FP_ONLY = 1 << 0, /* some code had no table yet: frame-pointer steps there, callers may be missing */
	TCP_STACK_FLAG_NEW_PROCESS = 1 << 1, /* nobody has looked at the process yet: frames of its interpreter are missing */
	TCP_STACK_FLAG_INTERPRETER_CUT = 1 << 2, /* more interpreter frames than TCP_INTERPRETER_DEPTH, or unreadable ones */
};

/* Why a walk ended. */
enum tcp_stack_end {
	TCP_STACK_END_UNKNOWN = 0,
	TCP_STACK_END_COMPLETE = 1, /* the outermost frame */
	TCP_STACK_END_TRUNCATED = 2, /* deeper than TCP_STACK_DEPTH */
	TCP_STACK_END_READ_FAILED = 3, /* stack memory is not resident or not there */
	TCP_STACK_END_NO_MAPPING = 4, /* the next address is in no executable mapping */
	TCP_STACK_END_BAD_FRAME = 5, /* the next frame would not lie further out */
	TCP_STACK_END_UNSUPPORTED_RULE = 6, /* its rule cannot be followed here, and the frame pointer leads nowhere */
	TCP_STACK_END_BUSY = 7, /* another thread was changing the mappings */
	TCP_STACK_END_KERNEL_WALK = 8, /* the kernel's own frame-pointer walk, which gives no reason */
};

/* tcp_unwind_row.kind: how to find the caller (x86-64; its return address is at CFA - 8). */
enum tcp_unwind_kind {
	TCP_UNWIND_KIND_UNKNOWN = 0, /* no rule: a frame-pointer step */
	TCP_UNWIND_KIND_STACK_POINTER = 1, /* CFA = sp + offset */
	TCP_UNWIND_KIND_FRAME_POINTER = 2, /* CFA = fp + offset */
	TCP_UNWIND_KIND_FRAME_POINTER_DEREF = 3, /* CFA = *(fp + offset), caller's fp = *fp: a realigned stack */
	TCP_UNWIND_KIND_PLT = 4, /* CFA = sp + 8, + 16 in the last 5 bytes of a 16-byte entry */
	TCP_UNWIND_KIND_SIGNAL = 5, /* a signal trampoline: the registers are in the frame above sp */
	TCP_UNWIND_KIND_END = 6, /* the outermost frame */
	TCP_UNWIND_KIND_UNSUPPORTED = 7, /* a rule that cannot be followed here: a frame-pointer step */
	TCP_UNWIND_KIND_JAVA_INTERPRETER = 8, /* HotSpot: a frame-pointer step; method at fp - 24, its bytecode pointer at fp + offset */
};

/* tcp_interpreter.root_kind: where the newest frame of the current thread is found. */
enum tcp_interpreter_root {
	TCP_INTERPRETER_ROOT_UNKNOWN = 0, /* no frame list */
	TCP_INTERPRETER_ROOT_ADDRESS = 1, /* a pointer at root */
	TCP_INTERPRETER_ROOT_THREAD_POINTER = 2, /* a pointer at thread pointer + root */
	TCP_INTERPRETER_ROOT_THREAD_LIST = 3, /* a list from the pointer at root; ours has the thread pointer at thread_id_offset */
	TCP_INTERPRETER_ROOT_NATIVE_FRAMES = 4, /* no list: V8's frames hold their function at frame pointer + root; copied is what it has at function_offset */
};

/* Index into the per-CPU counter array; every way to lose or refuse something. */
enum tcp_counter {
	TCP_COUNTER_TRANSITIONS = 0, /* state changes of TCP sockets seen */
	TCP_COUNTER_FILTERED = 1, /* state changes that no watcher asked for */
	TCP_COUNTER_EVENTS_SUBMITTED = 2, /* tcp_event and tcp_socket_event records given to the ring */
	TCP_COUNTER_EVENTS_LOST = 3, /* the same, refused by a full ring */
	TCP_COUNTER_STACKS_SUBMITTED = 4, /* tcp_stack records given to the ring */
	TCP_COUNTER_STACKS_LOST = 5, /* the same, refused by a full ring */
	TCP_COUNTER_STACKS_FAILED = 6, /* the walk returned an error or no frame */
	TCP_COUNTER_STACKS_OVER_BUDGET = 7, /* not walked: the per-CPU budget was spent */
	TCP_COUNTER_RECORDS_REFUSED = 8, /* no memory or no slot for a socket's record */
	TCP_COUNTER_NESTED = 9, /* hook runs nested in an interrupted run, handled by the second program */
	TCP_COUNTER_EXITS_SUBMITTED = 10, /* tcp_process_exit records given to the ring */
	TCP_COUNTER_EXITS_LOST = 11, /* the same, refused by a full ring */
	TCP_COUNTER_DOORBELLS = 12, /* wake-ups sent to a sleeping consumer */
	TCP_COUNTER_QUEUE_WALKS_CUT = 13, /* accept queues longer than the walk's bound */
	TCP_COUNTER_STACKS_CUT = 14, /* walks that ended before the outermost frame, whatever the reason */
	TCP_COUNTER_STACKS_FP_ONLY = 15, /* walks through code without a table yet */
	TCP_COUNTER_CODE_WANTED_SUBMITTED = 16, /* tcp_code_mapping records given to the ring */
	TCP_COUNTER_CODE_WANTED_LOST = 17, /* the same, refused by a full ring; asked again at a later walk */
	TCP_COUNTER_EXECS_SKIPPED = 18, /* new programs not told of: too many at once, or a full ring; their first stack tells of them */
	TCP_COUNTER_COUNT = 19,
};

struct tcp_event_header {
	__u32 size; /* bytes of the whole record, header included */
	__u16 kind; /* enum tcp_event_kind */
	__u16 version; /* TCP_WIRE_VERSION */
};

/* A task that did something to a socket. All zero: not known. */
struct tcp_actor {
	__u64 ktime_ns; /* when */
	__u64 start_boottime_ns; /* start of the process (thread group leader): with pid, its identity */
	__u64 stack_id; /* of a tcp_stack record; 0: none taken */
	__u32 pid; /* thread group id in the initial pid namespace */
	__u32 tid; /* thread id in the initial pid namespace */
	__u8 comm[TCP_COMM_SIZE]; /* of the thread; NUL-terminated, otherwise arbitrary bytes */
};

/* One state change, or the state of a socket at a moment. */
struct tcp_event {
	struct tcp_event_header header;
	__u64 ktime_ns;
	__u64 cookie; /* socket cookie (SO_COOKIE); with bit 63 set: numbered by the tracer (kernels without the helper) */
	__u64 sock_key; /* joins rows of one snapshot; reused by later sockets; never shown */
	__u64 cgroup_id; /* cgroup v2 of the socket; 0: unknown */
	struct tcp_actor owner; /* see owner_source */
	__u8 local_address[16]; /* network byte order; IPv4 as ::ffff:a.b.c.d */
	__u8 remote_address[16]; /* network byte order; IPv4 as ::ffff:a.b.c.d */
	__u64 bytes_received; /* tcpi_bytes_received; LISTEN: connections dropped so far (sk_drops) */
	__u64 bytes_sent; /* tcpi_bytes_sent; retransmissions included */
	__u32 netns; /* inode of the network namespace */
	__u32 flags; /* enum tcp_event_flag */
	__u32 unread_bytes; /* rcv_nxt - copied_seq, the FIN counts as one; LISTEN: length of the accept queue */
	__u32 unsent_bytes; /* write_seq - snd_una; LISTEN: limit of the accept queue */
	__u32 srtt_us; /* smoothed round-trip time, microseconds */
	__u16 local_port; /* host byte order */
	__u16 remote_port; /* host byte order */
	__u8 family; /* AF_INET or AF_INET6 of the socket (v4-mapped peers are AF_INET6) */
	__u8 old_state; /* enum tcp_wire_state */
	__u8 new_state; /* enum tcp_wire_state */
	__u8 direction; /* enum tcp_direction */
	__u8 owner_source; /* enum tcp_owner_source */
	__u8 sock_error; /* sk->sk_err, a positive errno; 0: none */
	__u8 shutdown; /* sk->sk_shutdown: 1 receive, 2 send */
	__u8 reserved;
};

/* What is remembered of one socket from process-context hooks. */
struct tcp_record {
	__u64 listener_cookie; /* the listener it came through; 0: outbound or unknown */
	__u64 close_wait_ktime_ns; /* when it entered CLOSE_WAIT; 0: never, or before the tracer. UNNAMED: of its first change */
	__u64 idle_before_fin_ns; /* no data either way before the FIN; tick resolution; valid if ENTRY_SEEN */
	__u64 last_send_ktime_ns; /* last send by the application after the FIN; 0: none */
	__u64 path_key; /* call path of last_read, to skip equal stack walks; means nothing to user space */
	struct tcp_actor origin; /* see origin_kind */
	struct tcp_actor listener; /* who called listen() */
	struct tcp_actor last_read; /* last receive attempt, successful or not, before the FIN to a tick; not of an event loop that answers it; LISTEN: last accept() attempt */
	struct tcp_actor eof_read; /* first receive that returned 0 after the FIN */
	struct tcp_actor first_send; /* first send */
	__s32 last_read_result; /* bytes, or negative errno; what it was answered with; LISTEN: 0 or negative errno */
	__u32 flags; /* enum tcp_record_flag */
	__u32 origin_kind; /* enum tcp_origin */
	__u32 call_key; /* registers of last_read's call, to skip equal receives within a tick; 0: none; means nothing to user space */
};

struct tcp_socket_event {
	struct tcp_event event;
	__u64 since_segment_ns; /* age of the last segment received; tick resolution. In CLOSE_WAIT: a lower bound of its age */
	__u64 since_data_received_ns; /* age of the last data received; tick resolution */
	__u64 since_data_sent_ns; /* age of the last data sent; tick resolution */
	struct tcp_record record;
};

/* One descriptor that refers to a TCP socket. */
struct tcp_holder {
	struct tcp_event_header header;
	__u64 ktime_ns; /* of the row */
	__u64 sock_key;
	__u64 cookie;
	__u64 start_boottime_ns; /* of the process, as in tcp_actor */
	__u32 pid;
	__u32 fd;
	__u32 netns;
	__u32 state; /* enum tcp_wire_state of the socket */
	__u8 comm[TCP_COMM_SIZE]; /* of the thread group leader */
};

/* One socket that waits in a listener's accept queue. */
struct tcp_queued {
	struct tcp_event_header header;
	__u64 ktime_ns; /* of the row */
	__u64 sock_key; /* of the waiting socket */
	__u64 cookie; /* of the waiting socket; 0: none made yet */
	__u64 listener_cookie;
	__u32 netns;
	__u32 reserved;
};

/* One frame of an interpreter's own list, newest first; what the words mean is the runtime's business. */
struct tcp_interpreter_frame {
	__u64 function; /* address of the code object, zend_function or Method; of the file's name for PHP's main code */
	__u64 position; /* where in it */
	__u64 detail; /* JavaScript: index of the native frame; PHP: line, function type << 32; main code: also TCP_MAIN_CODE << 32, hash of the file's name << 40; otherwise 0 */
};

struct tcp_stack {
	struct tcp_event_header header;
	__u64 stack_id; /* hash of process, frames, end and request; never 0 */
	__u64 start_boottime_ns; /* of the process, as in tcp_actor */
	__u32 pid;
	__u32 tid;
	__u16 frame_count;
	__u16 interpreter_count; /* struct tcp_interpreter_frame behind the frames */
	__u16 flags; /* enum tcp_stack_flag */
	__u16 end; /* enum tcp_stack_end */
	__u8 request_method[TCP_REQUEST_METHOD_SIZE]; /* NUL-terminated, otherwise arbitrary bytes; empty: none */
	__u8 request_path[TCP_REQUEST_PATH_SIZE]; /* the same; cut before the query */
	/* user addresses, innermost first, above the first they are return addresses; then the interpreter's frames, newest first */
	__u64 words[TCP_STACK_WORDS];
};

/* A file's content, or the generated code of one process. */
struct tcp_code_key {
	__u64 inode; /* generated code: tcp_code_mapping.address_space */
	__u64 size; /* bytes of the file; generated code: 0 */
	__u32 device; /* as in statx, major << 20 | minor; generated code: 0 */
	__u32 reserved;
};

/* One executable mapping of a process. */
struct tcp_code_mapping {
	struct tcp_event_header header;
	struct tcp_code_key key;
	__u64 start_boottime_ns; /* of the process, as in tcp_actor */
	__u64 address_space; /* changes when the process executes another program; means nothing else */
	__u64 start; /* first address; 0 in CODE_WANTED: the process itself is asked about */
	__u64 end; /* first address behind */
	__u32 pid;
	__u32 reserved;
};

/* One rule; it holds from its offset to the next row's. Written by user space into the map `unwind_rows`. */
struct tcp_unwind_row {
	__u32 offset; /* bytes into the file, or from tcp_unwind_table.base */
	__u8 kind; /* enum tcp_unwind_kind */
	__u8 saved_fp; /* the caller's frame pointer is at CFA - 8 * this; 0: still in the register */
	__s16 cfa_offset; /* units of 8 bytes */
};

/* Where the rows of one file or process are; value of the map `unwind_tables`, key struct tcp_code_key. */
struct tcp_unwind_table {
	__u64 base; /* generated code: address of offset 0; file: 0 */
	__u32 first_row;
	__u32 row_count; /* 0: known to have no rules, frame pointers it is */
	__u32 used; /* 1: a walk needed it since user space last cleared this */
	__u32 reserved;
};

/* How to walk the frame list of an interpreter; offsets are bytes. */
struct tcp_interpreter {
	__u64 root; /* address, or offset from the thread pointer */
	__u64 request_method; /* address of a pointer to text; 0: no requests */
	__u64 request_path;
	__u32 root_kind; /* enum tcp_interpreter_root */
	__u32 thread_next_offset;
	__u32 thread_id_offset;
	__s32 hops[2]; /* from the root pointer to the newest frame: p = *(p + hop); negative: unused */
	__u32 function_offset;
	__u32 position_offset;
	__u32 position_bytes; /* 4 or 8 */
	__u32 caller_offset;
	__s32 line_offset; /* of a u32, from the position; negative: do not read lines */
	__u32 line_function_type; /* the u8 at the function must be this */
	__s32 file_offset; /* of the pointer to the file's name, from the function; negative: do not look for main code */
	__u32 name_offset; /* of the pointer to the function's name: none means main code */
	__u32 reserved;
};

/* What user space found out about a process; value of the map `targets`, key its pid. */
struct tcp_target {
	__u64 address_space; /* tcp_code_mapping.address_space: another one means another program */
	struct tcp_interpreter interpreter;
};

/* A process that user space asked about has ended. */
struct tcp_process_exit {
	struct tcp_event_header header;
	__u64 ktime_ns;
	__u64 start_boottime_ns;
	__u32 pid;
	__u32 reserved;
};

/* Where one thread is. A thread that runs has other registers by now: these are of its last way into the kernel. */
struct tcp_thread {
	struct tcp_event_header header;
	__u64 start_boottime_ns; /* of the process, as in tcp_actor */
	__u64 switches; /* how often it left a processor; equal in two rows that it does not run in: it stood still between them */
	__u64 ip; /* user registers */
	__u64 sp;
	__u64 fp;
	__u64 thread_pointer; /* x86-64: fsbase; elsewhere 0 */
	__u64 is_running; /* 1: on a processor at this moment */
	__u32 pid;
	__u32 tid;
};

/* One alternative of what watchers ask for; a zero field matches everything. */
struct tcp_filter {
	__u64 cgroup_id; /* of the socket */
	__u32 state_mask; /* bit N: the new state N; 0: this slot is off */
	__u32 pid; /* owner; a socket whose owner is not known passes */
	__u32 netns;
	__u16 local_port;
	__u16 remote_port;
	__u16 any_port; /* either side */
	__u8 family;
	__u8 reserved[5];
};

/* Written by user space through the mapped data section, read by every hook. */
struct tcp_control {
	__u32 doorbell_armed; /* 1: the consumer sleeps; the next record wakes it and clears this */
	__u32 watch_filters; /* how many of watch[] are in use; 0: nobody watches transitions */
	__u32 snapshot_states; /* bit N: iterators report sockets in state N */
	__u32 reserved;
	struct tcp_filter watch[TCP_FILTER_SLOTS]; /* any match: the transition leaves the kernel */
	struct tcp_filter scope[TCP_FILTER_SLOTS]; /* no match: the socket is not followed at all; state_mask is ignored beyond 0; how many are in use is fixed before the load */
};

#endif
