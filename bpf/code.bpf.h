/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_CODE_H
#define TRACER_CODE_H

/*
 * From a code address to its unwind rule. Tables belong to files, not to
 * processes: the kernel's own list of mappings leads from the address to the
 * file, so a new process of a known program needs nothing.
 */

#include "maple.bpf.h"

#define VM_EXEC 0x4 /* include/linux/mm.h */
#define PAGE_SHIFT 12
#define EBUSY 16
#define ROW_SEARCH_STEPS 22 /* log2 of more rows than the map ever holds */
#define ROW_HASH_MULTIPLIER 0x9e3779b1U /* 2^32 / golden ratio */
#define WANTED_AGAIN_NS 1000000000ULL
#define GENERATED_STALE_NS 10000000000ULL

/*
 * A walk reads it once. For each pointer that is read from a pointer it trusts the
 * verifier searches all names of the kernel's types, up to four times
 * (btf_nested_type_is_trusted): half a millisecond, on each way there. Read where it
 * was needed it was 100 of the 230 ms that loading took.
 */
static __always_inline __u64 address_space_of(const struct task_struct *task)
{
	return (__u64)task->mm;
}

static __always_inline struct tcp_target *target_of_current(__u64 address_space)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct tcp_target *target = bpf_map_lookup_elem(&targets, &pid);

	return target && target->address_space == address_space ? target : 0;
}

/* A process that is gone must not lend its table to whoever gets its memory. */
static __always_inline void forget_target(__u32 pid)
{
	bpf_map_delete_elem(&targets, &pid);
}

static __always_inline void fill_code_key(struct tcp_code_key *key, __u64 address_space, const struct file *file)
{
	if (file) {
		key->inode = file->f_inode->i_ino;
		key->size = file->f_inode->i_size;
		key->device = file->f_inode->i_sb->s_dev;
		return;
	}
	key->inode = address_space;
	key->size = 0;
	key->device = 0;
}

static __always_inline struct code *code_of(struct walk *walk)
{
	return &walk->codes[walk->code & (WALK_MAPPINGS - 1)];
}

static long read_mapping(struct task_struct *task, struct vm_area_struct *vma, struct on_stack *at)
{
	struct walk *walk = &at->scratch->walk;
	struct code *code = code_of(walk);

	if (!(vma->vm_flags & VM_EXEC))
		return 0;
	code->start = vma->vm_start;
	code->end = vma->vm_end;
	code->base = vma->vm_start - (vma->vm_pgoff << PAGE_SHIFT);
	fill_code_key(&code->key, walk->address_space, vma->vm_file);
	return 0;
}

/* The same of a mapping that is not locked. */
static __always_inline void probe_mapping(struct code *code, __u64 address_space, const struct vm_area_struct *vma)
{
	struct inode *inode = BPF_CORE_READ(vma, vm_file, f_inode);

	if (!(BPF_CORE_READ(vma, vm_flags) & VM_EXEC))
		return;
	code->start = BPF_CORE_READ(vma, vm_start);
	code->end = BPF_CORE_READ(vma, vm_end);
	code->base = code->start - (BPF_CORE_READ(vma, vm_pgoff) << PAGE_SHIFT);
	fill_code_key(&code->key, address_space, 0);
	if (!inode)
		return;
	code->key.inode = BPF_CORE_READ(inode, i_ino);
	code->key.size = BPF_CORE_READ(inode, i_size);
	code->key.device = BPF_CORE_READ(inode, i_sb, s_dev);
}

static __always_inline void find_table(struct code *code, __u64 address_space)
{
	struct tcp_unwind_table *table;

	table = code->key.device || target_of_current(address_space) ? bpf_map_lookup_elem(&unwind_tables, &code->key) : 0;
	code->has_table = table != 0;
	code->row_count = 0;
	if (!table)
		return;
	if (!table->used) /* the line is shared by all processors: written once */
		table->used = 1;
	code->first_row = table->first_row;
	code->row_count = table->row_count;
	if (!code->key.device)
		code->base = table->base;
}

/* TCP_STACK_END_UNKNOWN if found; otherwise why not. */
static __noinline __u32 read_code(struct on_stack *at, __u64 address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct walk *walk = &at->scratch->walk;
	struct vm_area_struct *unlocked;
	struct code *code;
	long error;

	walk->code = walk->mappings++;
	code = code_of(walk);
	code->end = 0;
	error = bpf_find_vma(task, address, read_mapping, at, 0);
	if (error == -EBUSY) {
		unlocked = find_mapping_unlocked(walk->address_space, address);
		if (!unlocked)
			return TCP_STACK_END_BUSY;
		probe_mapping(code, walk->address_space, unlocked);
	}
	if ((error && error != -EBUSY) || !code->end)
		return TCP_STACK_END_NO_MAPPING;
	find_table(code, walk->address_space);
	return TCP_STACK_END_UNKNOWN;
}

/*
 * Makes the mapping of this address the current one; TCP_STACK_END_UNKNOWN if
 * found, otherwise why not. Callbacks go back and forth between a program and
 * its libraries: with one mapping remembered instead of four, 12 changes in
 * 42 frames cost 1.5 us.
 */
static __always_inline __u32 find_code(struct on_stack *at, __u64 address)
{
	struct walk *walk = &at->scratch->walk;
	struct code *code = code_of(walk);

	if (address >= code->start && address < code->end)
		return TCP_STACK_END_UNKNOWN;
	for (__u32 i = 0; i < WALK_MAPPINGS; i++) {
		code = &walk->codes[i];
		if (address < code->start || address >= code->end)
			continue;
		walk->code = i;
		return TCP_STACK_END_UNKNOWN;
	}
	return read_code(at, address);
}

/*
 * How many of the rows from `first` on begin at or before the offset. A plain
 * loop: the same with bpf_loop() is a function call per step, and cost 2.6 us
 * more in a walk of 30 frames (6.8 instead of 4.2). Not static, so that the
 * verifier looks at it once for each program and not once for each way here:
 * 0.12 s less of 0.46 for all of them.
 */
__noinline __u32 search_rows(__u32 first, __u32 count, __u32 offset)
{
	__u32 low = first;

	for (__u32 i = 0; i < ROW_SEARCH_STEPS; i++) {
		__u32 half = count / 2;
		__u32 middle = low + half;
		struct tcp_unwind_row *row;

		if (!count)
			break;
		row = bpf_map_lookup_elem(&unwind_rows, &middle);
		if (row && row->offset <= offset) {
			low = middle + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low - first;
}

/* Whether this row is in the table and its rule holds at the offset. */
static __always_inline bool row_holds(const struct code *code, __u32 index, __u32 offset)
{
	__u32 next = index + 1;
	struct tcp_unwind_row *row;

	if (index - code->first_row >= code->row_count)
		return false;
	row = bpf_map_lookup_elem(&unwind_rows, &index);
	if (!row || row->offset > offset)
		return false;
	if (next - code->first_row >= code->row_count)
		return true;
	row = bpf_map_lookup_elem(&unwind_rows, &next);
	return row && row->offset > offset;
}

/*
 * The rule for an address of this mapping; NULL: there is none. Programs come
 * back to the same call sites: where a search ended is noted, and checked before
 * it is believed, so that no table that was replaced can do harm. It spares
 * 0.5 us in 30 frames of a small program, 0.9 where a third of them is in libc.
 */
static __always_inline struct tcp_unwind_row *find_row(struct scratch *scratch, const struct code *code, __u64 address)
{
	__u32 offset = address - code->base;
	__u32 *found = &scratch->rows[((offset + code->first_row) * ROW_HASH_MULTIPLIER) >> (32 - ROW_CACHE_BITS)];
	__u32 index = *found;
	__u32 before;

	if (!code->row_count || address - code->base > (__u32)-1)
		return 0;
	if (!row_holds(code, index, offset)) {
		before = search_rows(code->first_row, code->row_count, offset);
		if (!before)
			return 0;
		index = code->first_row + before - 1;
		*found = index;
	}
	return bpf_map_lookup_elem(&unwind_rows, &index);
}

/* Asks user space for the table of a mapping, or to look at the process (mapping NULL); once in this time each. */
static __noinline void ask_for(const struct scratch *scratch, const struct code *code, __u64 pause_ns)
{
	struct tcp_code_key key = {};
	struct tcp_code_mapping *wish;
	__u64 now = bpf_ktime_get_ns();
	__u64 *asked;

	if (code)
		key = code->key;
	else
		fill_code_key(&key, scratch->walk.address_space, 0);
	asked = bpf_map_lookup_elem(&wanted, &key);
	if (asked && now - *asked < pause_ns)
		return;
	wish = ring_reserve(sizeof(*wish), TCP_COUNTER_CODE_WANTED_LOST);
	if (!wish)
		return;
	header_fill(&wish->header, sizeof(*wish), TCP_EVENT_KIND_CODE_WANTED);
	wish->key = key;
	wish->pid = scratch->stack.pid;
	wish->start_boottime_ns = scratch->stack.start_boottime_ns;
	wish->address_space = scratch->walk.address_space;
	if (code) {
		wish->start = code->start;
		wish->end = code->end;
	}
	ring_submit(wish, TCP_COUNTER_CODE_WANTED_SUBMITTED);
	bpf_map_update_elem(&wanted, &key, &now, BPF_ANY);
}

/* Storms of short-lived programs are none of ours: a server is started rarely and stays. */
static __always_inline bool exec_budget_allows(void)
{
	struct scratch *scratch = scratch_of_this_cpu();
	__u64 window = bpf_ktime_get_ns() / BUDGET_WINDOW_NS;

	if (!scratch)
		return false;
	if (scratch->exec_window != window) {
		scratch->exec_window = window;
		scratch->execs_told = 0;
	}
	return scratch->execs_told++ < exec_budget;
}

static __always_inline void tell_exec(const struct task_struct *task)
{
	struct tcp_code_mapping *told;
	__u64 address_space = address_space_of(task);

	if (!exec_budget_allows()) {
		count(TCP_COUNTER_EXECS_SKIPPED);
		return;
	}
	told = ring_reserve(sizeof(*told), TCP_COUNTER_EXECS_SKIPPED);
	if (!told)
		return;
	header_fill(&told->header, sizeof(*told), TCP_EVENT_KIND_PROCESS_EXEC);
	fill_code_key(&told->key, address_space, 0);
	told->pid = task->tgid;
	told->start_boottime_ns = task->group_leader->start_boottime;
	told->address_space = address_space;
	ring_submit(told, TCP_COUNTER_CODE_WANTED_SUBMITTED);
}

/* A forked process has its parent's interpreter at the same addresses. */
static __always_inline void inherit_target(const struct task_struct *parent, const struct task_struct *child)
{
	__u32 parent_pid = parent->tgid;
	__u32 child_pid = child->tgid;
	struct tcp_target *target;
	struct tcp_target copy;

	if (parent_pid == child_pid)
		return;
	target = bpf_map_lookup_elem(&targets, &parent_pid);
	if (!target || target->address_space != address_space_of(parent))
		return;
	copy = *target;
	copy.address_space = address_space_of(child);
	bpf_map_update_elem(&targets, &child_pid, &copy, BPF_ANY);
}

#endif
