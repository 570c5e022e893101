/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_UNWIND_H
#define TRACER_UNWIND_H

/*
 * The walk up a user stack. It starts at a system call, where the registers are
 * complete, and above the first frame every address is behind a call: none of
 * what makes unwinding from a sampled instruction hard can happen here.
 */

#define BUDGET_WINDOW_NS 100000000ULL
#define HASH_MULTIPLIER 0x9e3779b97f4a7c15ULL /* 2^64 / golden ratio */

static __always_inline __u64 hash_step(__u64 hash, __u64 value)
{
	hash = (hash ^ value) * HASH_MULTIPLIER;
	return hash ^ (hash >> 29);
}

#ifdef KERNEL_WALK_ONLY

static __always_inline __u64 hash_frames(const struct tcp_stack *stack)
{
	__u64 hash = HASH_MULTIPLIER;

	for (__u32 i = 0; i < TCP_STACK_DEPTH; i++) {
		if (i >= stack->frame_count)
			break;
		hash = hash_step(hash, stack->words[i]);
	}
	return hash;
}

/* The kernel's own walk: frame pointers only, but nothing newer than 5.8 is needed. Returns the words found. */
static __always_inline __u32 walk_stack(void *ctx, struct scratch *scratch)
{
	struct tcp_stack *stack = &scratch->stack;
	long bytes = bpf_get_stack(ctx, stack->words, TCP_STACK_DEPTH * sizeof(__u64), BPF_F_USER_STACK);

	if (bytes <= 0)
		return 0;
	stack->frame_count = bytes / sizeof(__u64);
	stack->flags = TCP_STACK_FLAG_FP_ONLY;
	stack->end = stack->frame_count == TCP_STACK_DEPTH ? TCP_STACK_END_TRUNCATED : TCP_STACK_END_KERNEL_WALK;
	stack->stack_id = hash_frames(stack);
	return stack->frame_count;
}

static __always_inline __u64 hash_newest_frames(__u64 hash)
{
	return hash;
}

static __always_inline void forget_target(__u32 pid)
{
}

#elif !defined(__TARGET_ARCH_x86)
#error "the rules and this walk are about the registers of x86-64: elsewhere stacks are walked by the kernel (tracer_fp.bpf.c)"
#else

#include "code.bpf.h"
#include "interpreter.bpf.h"

#define CFA_ALIGNMENT 7
#define FRAME_INDEX_MASK 127 /* TCP_STACK_DEPTH, for the verifier */
#define JAVA_METHOD_OFFSET 24 /* below the frame pointer: frame::interpreter_frame_method_offset, HotSpot x86 */
#define SIGNAL_SP 160 /* struct rt_sigframe, arch/x86/include/asm/sigframe.h: offsets from sp in the trampoline */
#define SIGNAL_IP 168
#define SIGNAL_FP 120
#define PLT_ENTRY_MASK 15
#define PLT_PUSHED_FROM 11
#define V8_TAG 1 /* of a pointer to an object: v8-internal.h */
#define V8_TAG_MASK 3

/* Registers of the frame that was entered through a signal: restored as the kernel would. */
static __always_inline __u32 step_over_signal(struct walk *walk)
{
	__u64 sp = 0;

	if (!read_word(&sp, walk->sp + SIGNAL_SP) || !read_word(&walk->ip, walk->sp + SIGNAL_IP) ||
	    !read_word(&walk->fp, walk->sp + SIGNAL_FP))
		return TCP_STACK_END_READ_FAILED;
	walk->sp = sp;
	walk->is_exact = true;
	return TCP_STACK_END_UNKNOWN;
}

/*
 * A word of the machine stack; the address is aligned. A read costs the same for
 * 8 bytes and for 512, and most frames are small: pieces instead of words spare
 * 2.1 of 3.8 us in 30 frames, and nothing is lost where each frame needs its own.
 */
static __always_inline bool read_stack(struct scratch *scratch, __u64 *word, __u64 address)
{
	struct stack_window *window = &scratch->window;
	__u64 index = (address - window->start) / sizeof(__u64);

	/* Or the compiler compares the bytes, and the verifier knows nothing of the index. */
	asm volatile(""
		     : "+r"(index));
	if (!window->is_filled || index >= WINDOW_WORDS) {
		if (window->is_shut)
			return read_word(word, address);
		window->start = address;
		window->is_filled = !bpf_probe_read_user(window->words, sizeof(window->words), (void *)address);
		if (!window->is_filled) {
			window->is_shut = true; /* near the end of the stack */
			return read_word(word, address);
		}
		index = 0;
	}
	*word = window->words[index];
	return true;
}

static __always_inline __u32 step_to(struct scratch *scratch, __u64 cfa, __u64 saved_fp)
{
	struct walk *walk = &scratch->walk;

	if (cfa <= walk->sp || (cfa | saved_fp) & CFA_ALIGNMENT)
		return TCP_STACK_END_BAD_FRAME;
	if (saved_fp && !read_stack(scratch, &walk->fp, saved_fp))
		return TCP_STACK_END_READ_FAILED;
	if (!read_stack(scratch, &walk->ip, cfa - 8))
		return TCP_STACK_END_READ_FAILED;
	walk->sp = cfa;
	return walk->ip ? TCP_STACK_END_UNKNOWN : TCP_STACK_END_COMPLETE;
}

static __always_inline __u32 step_by_frame_pointer(struct scratch *scratch)
{
	struct walk *walk = &scratch->walk;

	if (!walk->fp)
		return TCP_STACK_END_COMPLETE; /* the outermost frame of a thread begins with none */
	if (walk->fp < walk->sp || walk->fp & CFA_ALIGNMENT)
		return TCP_STACK_END_BAD_FRAME;
	return step_to(scratch, walk->fp + 16, walk->fp);
}

static __always_inline __u32 step_over_java_interpreter(struct scratch *scratch, __s64 bytecode_offset)
{
	struct walk *walk = &scratch->walk;
	struct tcp_interpreter_frame *frame = &scratch->interpreter[walk->interpreted & (TCP_INTERPRETER_DEPTH - 1)];
	__u64 sender_sp = 0;
	__u32 end;

	frame->detail = 0;
	if (!read_word(&frame->function, walk->fp - JAVA_METHOD_OFFSET) ||
	    !read_word(&frame->position, walk->fp + bytecode_offset) || !read_word(&sender_sp, walk->fp - 8))
		return TCP_STACK_END_READ_FAILED;
	walk->hash = hash_step(hash_step(walk->hash, frame->function), frame->position);
	if (walk->interpreted < TCP_INTERPRETER_DEPTH)
		walk->interpreted++;
	else
		walk->flags |= TCP_STACK_FLAG_INTERPRETER_CUT;
	end = step_by_frame_pointer(scratch);
	if (!end && sender_sp >= walk->sp)
		walk->sp = sender_sp; /* the caller's arguments are part of this frame */
	return end;
}

static __always_inline __u32 step_by_row(struct scratch *scratch, const struct tcp_unwind_row *row)
{
	struct walk *walk = &scratch->walk;
	__s64 offset = (__s64)row->cfa_offset * 8;
	__u64 saved = row->saved_fp * 8;
	__u64 cfa;

	switch (row->kind) {
	case TCP_UNWIND_KIND_STACK_POINTER:
		cfa = walk->sp + offset;
		break;
	case TCP_UNWIND_KIND_FRAME_POINTER:
		cfa = walk->fp + offset;
		break;
	case TCP_UNWIND_KIND_FRAME_POINTER_DEREF:
		if (!read_word(&cfa, walk->fp + offset))
			return TCP_STACK_END_READ_FAILED;
		return step_to(scratch, cfa, walk->fp);
	case TCP_UNWIND_KIND_PLT:
		cfa = walk->sp + ((walk->ip & PLT_ENTRY_MASK) >= PLT_PUSHED_FROM ? 16 : 8);
		break;
	case TCP_UNWIND_KIND_SIGNAL:
		return step_over_signal(walk);
	case TCP_UNWIND_KIND_END:
		return TCP_STACK_END_COMPLETE;
	case TCP_UNWIND_KIND_JAVA_INTERPRETER:
		return step_over_java_interpreter(scratch, offset);
	case TCP_UNWIND_KIND_UNSUPPORTED:
		return step_by_frame_pointer(scratch) ? TCP_STACK_END_UNSUPPORTED_RULE : TCP_STACK_END_UNKNOWN;
	default:
		return step_by_frame_pointer(scratch);
	}
	return step_to(scratch, cfa, saved ? cfa - saved : 0);
}

/*
 * A frame of V8 has its context below the frame pointer, and below that its
 * function; other frames have a small number there. The function itself moves
 * soon, what it shares with its copies does not.
 */
static __always_inline void note_function(struct scratch *scratch, __u32 index)
{
	const struct tcp_interpreter *layout = &scratch->list.layout;
	struct walk *walk = &scratch->walk;
	struct tcp_interpreter_frame *frame = &scratch->interpreter[walk->interpreted & (TCP_INTERPRETER_DEPTH - 1)];
	__u64 context = 0;
	__u64 function = 0;

	if (!read_word(&context, walk->fp - 8) || (context & V8_TAG_MASK) != V8_TAG ||
	    !read_word(&function, walk->fp + layout->root) || (function & V8_TAG_MASK) != V8_TAG ||
	    !read_word(&frame->function, function - V8_TAG + layout->function_offset))
		return;
	frame->position = 0;
	frame->detail = index;
	walk->hash = hash_step(walk->hash, frame->function);
	if (walk->interpreted < TCP_INTERPRETER_DEPTH)
		walk->interpreted++;
	else
		walk->flags |= TCP_STACK_FLAG_INTERPRETER_CUT;
}

/* No table at all, or generated code that user space has not read since it was made. */
static __always_inline void note_missing(struct scratch *scratch, const struct tcp_unwind_row *row)
{
	struct walk *walk = &scratch->walk;
	const struct code *code = code_of(walk);
	bool is_generated = !code->key.device;

	if (is_generated && code->row_count)
		walk->generated = code->start;
	if (code->has_table ? !is_generated || !code->row_count || (row && row->kind) : is_generated)
		return;
	walk->flags |= TCP_STACK_FLAG_FP_ONLY;
	ask_for(scratch, code, WANTED_AGAIN_NS);
}

/*
 * A runtime drops code and puts other code in its place, and no rule shows that
 * it has become wrong. So rules for generated code that are in use are read
 * again now and then, and soon when a walk through them went astray.
 */
static __always_inline void keep_generated_fresh(struct scratch *scratch)
{
	struct walk *walk = &scratch->walk;
	bool is_astray = walk->end && walk->end != TCP_STACK_END_COMPLETE;
	struct code *code = code_of(walk); /* the walk is over: it is free */

	if (!walk->generated)
		return;
	fill_code_key(&code->key, walk->address_space, 0);
	code->start = walk->generated;
	ask_for(scratch, code, is_astray ? WANTED_AGAIN_NS : GENERATED_STALE_NS);
}

static long walk_step(__u32 i, struct on_stack *at)
{
	struct scratch *scratch = at->scratch;
	struct walk *walk = &scratch->walk;
	__u64 address = walk->is_exact ? walk->ip : walk->ip - 1;
	struct tcp_unwind_row *row;

	walk->end = find_code(at, address);
	/* Where the call was made is certain, whatever is known of the mappings. */
	if (walk->end && i)
		return 1;
	scratch->stack.words[i & FRAME_INDEX_MASK] = walk->ip;
	walk->hash = hash_step(walk->hash, walk->ip);
	walk->frames = i + 1;
	walk->is_exact = false;
	if (walk->end)
		return 1;
	row = find_row(scratch, code_of(walk), address);
	if (walk->has_functions && (!row || !row->kind))
		note_function(scratch, i);
	note_missing(scratch, row);
	walk->end = row ? step_by_row(scratch, row) : step_by_frame_pointer(scratch);
	return walk->end != TCP_STACK_END_UNKNOWN;
}

/* Moves one of the interpreter's frames behind the native ones. */
static long join_step(__u32 i, struct on_stack *at)
{
	const struct tcp_interpreter_frame *frame = &at->scratch->interpreter[i & (TCP_INTERPRETER_DEPTH - 1)];
	__u32 to = at->scratch->walk.frames + i * 3;

	if (to > TCP_STACK_WORDS - 3)
		return 1;
	at->scratch->stack.words[to] = frame->function;
	at->scratch->stack.words[to + 1] = frame->position;
	at->scratch->stack.words[to + 2] = frame->detail;
	return 0;
}

static __always_inline void begin_walk(struct scratch *scratch)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct walk *walk = &scratch->walk;

	__builtin_memset(walk, 0, sizeof(*walk));
	__builtin_memset(scratch->stack.request_method, 0, sizeof(scratch->stack.request_method));
	__builtin_memset(scratch->stack.request_path, 0, sizeof(scratch->stack.request_path));
	walk->ip = regs->ip;
	walk->sp = regs->sp;
	walk->fp = regs->bp;
	walk->address_space = address_space_of(task);
	walk->is_exact = true;
	scratch->window.is_filled = false;
	scratch->window.is_shut = false;
}

static __always_inline void begin_functions(struct scratch *scratch)
{
	struct tcp_target *target = target_of_current(scratch->walk.address_space);

	if (!target || target->interpreter.root_kind != TCP_INTERPRETER_ROOT_NATIVE_FRAMES)
		return;
	scratch->list.layout = target->interpreter;
	scratch->walk.has_functions = true;
}

/*
 * Returns the words found: frames of the machine stack, then those of an
 * interpreter. Not static and without arguments, so that the verifier looks at
 * the walk once for each program, not once for each way to it.
 */
__noinline __u32 walk_current_stack(void)
{
	struct on_stack at = { .scratch = scratch_of_this_cpu() };
	struct tcp_stack *stack;
	struct walk *walk;

	if (!at.scratch)
		return 0;
	stack = &at.scratch->stack;
	walk = &at.scratch->walk;
	begin_walk(at.scratch);
	begin_functions(at.scratch);
	bpf_loop(TCP_STACK_DEPTH, walk_step, &at, 0);
	keep_generated_fresh(at.scratch);
	walk_interpreter(&at);
	bpf_loop(walk->interpreted, join_step, &at, 0);
	stack->stack_id = walk->hash;
	stack->flags = walk->flags;
	stack->end = walk->end ? walk->end : TCP_STACK_END_TRUNCATED;
	stack->frame_count = walk->frames;
	stack->interpreter_count = walk->interpreted;
	return walk->frames + walk->interpreted * 3;
}

static __always_inline __u32 walk_stack(void *ctx, struct scratch *scratch)
{
	return walk_current_stack();
}

#endif

#endif
