/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_CODE_H
#define TRACER_CODE_H

/*
 * From a code address to its unwind rule. Tables belong to files, not to
 * processes: the kernel's own list of mappings leads from the address to the
 * file, so a new process of a known program needs nothing.
 */

#define VM_EXEC 0x4 /* include/linux/mm.h */
#define PAGE_SHIFT 12
#define EBUSY 16
#define ROW_SEARCH_STEPS 22 /* log2 of more rows than the map ever holds */
#define WANTED_AGAIN_NS 1000000000ULL
#define GENERATED_STALE_NS 10000000000ULL

static __always_inline __u64 address_space_of(const struct task_struct *task)
{
	return (__u64)task->mm;
}

static __always_inline struct tcp_target *target_of_current(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 pid = task->tgid;
	struct tcp_target *target = bpf_map_lookup_elem(&targets, &pid);

	return target && target->address_space == address_space_of(task) ? target : 0;
}

/* A process that is gone must not lend its table to whoever gets its memory. */
static __always_inline void forget_target(__u32 pid)
{
	bpf_map_delete_elem(&targets, &pid);
}

static __always_inline void fill_code_key(struct tcp_code_key *key, const struct task_struct *task, const struct file *file)
{
	if (file) {
		key->inode = file->f_inode->i_ino;
		key->size = file->f_inode->i_size;
		key->device = file->f_inode->i_sb->s_dev;
		return;
	}
	key->inode = address_space_of(task);
	key->size = 0;
	key->device = 0;
}

static long read_mapping(struct task_struct *task, struct vm_area_struct *vma, struct on_stack *at)
{
	struct code *code = &at->scratch->walk.code;

	if (!(vma->vm_flags & VM_EXEC))
		return 0;
	code->start = vma->vm_start;
	code->end = vma->vm_end;
	code->base = vma->vm_start - (vma->vm_pgoff << PAGE_SHIFT);
	fill_code_key(&code->key, task, vma->vm_file);
	return 0;
}

/* TCP_STACK_END_UNKNOWN if found; otherwise why not. */
static __always_inline __u32 find_code(struct on_stack *at, __u64 address)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct code *code = &at->scratch->walk.code;
	struct tcp_unwind_table *table;
	long error;

	if (address >= code->start && address < code->end)
		return TCP_STACK_END_UNKNOWN;
	code->end = 0;
	error = bpf_find_vma(task, address, read_mapping, at, 0);
	if (error == -EBUSY)
		return TCP_STACK_END_BUSY;
	if (error || !code->end)
		return TCP_STACK_END_NO_MAPPING;
	table = code->key.device || target_of_current() ? bpf_map_lookup_elem(&unwind_tables, &code->key) : 0;
	code->has_table = table != 0;
	code->row_count = 0;
	if (!table)
		return TCP_STACK_END_UNKNOWN;
	code->first_row = table->first_row;
	code->row_count = table->row_count;
	if (!code->key.device)
		code->base = table->base;
	return TCP_STACK_END_UNKNOWN;
}

struct row_search {
	__u32 offset;
	__u32 low; /* rows before it begin at or before the offset */
	__u32 count;
};

static long search_step(__u32 i, struct row_search *search)
{
	__u32 half = search->count / 2;
	__u32 middle = search->low + half;
	struct tcp_unwind_row *row;

	if (!search->count)
		return 1;
	row = bpf_map_lookup_elem(&unwind_rows, &middle);
	if (row && row->offset <= search->offset) {
		search->low = middle + 1;
		search->count -= half + 1;
	} else {
		search->count = half;
	}
	return 0;
}

/* The rule for an address of this mapping; NULL: there is none. */
static __always_inline struct tcp_unwind_row *find_row(const struct code *code, __u64 address)
{
	struct row_search search = { .low = code->first_row, .count = code->row_count };

	if (!code->row_count || address - code->base > (__u32)-1)
		return 0;
	search.offset = address - code->base;
	bpf_loop(ROW_SEARCH_STEPS, search_step, &search, 0);
	if (search.low == code->first_row)
		return 0;
	search.low--;
	return bpf_map_lookup_elem(&unwind_rows, &search.low);
}

/* Asks user space for the table of a mapping, or to look at the process (mapping NULL); once in this time each. */
static __noinline void ask_for(const struct code *code, __u64 pause_ns)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tcp_code_key key = {};
	struct tcp_code_mapping *wish;
	__u64 now = bpf_ktime_get_ns();
	__u64 *asked;

	if (code)
		key = code->key;
	else
		fill_code_key(&key, task, 0);
	asked = bpf_map_lookup_elem(&wanted, &key);
	if (asked && now - *asked < pause_ns)
		return;
	wish = ring_reserve(sizeof(*wish), TCP_COUNTER_CODE_WANTED_LOST);
	if (!wish)
		return;
	header_fill(&wish->header, sizeof(*wish), TCP_EVENT_KIND_CODE_WANTED);
	wish->key = key;
	wish->pid = task->tgid;
	wish->start_boottime_ns = task->group_leader->start_boottime;
	wish->address_space = address_space_of(task);
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

	if (!exec_budget_allows()) {
		count(TCP_COUNTER_EXECS_SKIPPED);
		return;
	}
	told = ring_reserve(sizeof(*told), TCP_COUNTER_EXECS_SKIPPED);
	if (!told)
		return;
	header_fill(&told->header, sizeof(*told), TCP_EVENT_KIND_PROCESS_EXEC);
	fill_code_key(&told->key, task, 0);
	told->pid = task->tgid;
	told->start_boottime_ns = task->group_leader->start_boottime;
	told->address_space = address_space_of(task);
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
