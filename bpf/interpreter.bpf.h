/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef TRACER_INTERPRETER_H
#define TRACER_INTERPRETER_H

/*
 * CPython and PHP keep their frames in a list of their own. At a system call
 * the list of the current thread does not change, so walking it here gives
 * exactly what runs; a moment later user space could only guess.
 */

#define THREADS_MAX 512
#define PHP_TEXT_HASH_OFFSET 8 /* zend_string.h, 7.0 to 8.5 */

static __always_inline bool read_word(__u64 *word, __u64 address)
{
	return !bpf_probe_read_user(word, sizeof(*word), (void *)address);
}

static __always_inline bool has_frame_list(const struct tcp_interpreter *layout)
{
	return layout->root_kind != TCP_INTERPRETER_ROOT_UNKNOWN && layout->root_kind != TCP_INTERPRETER_ROOT_NATIVE_FRAMES;
}

static long match_thread(__u32 i, struct on_stack *at)
{
	struct list_walk *list = &at->scratch->list;
	__u64 id = 0;

	if (!list->frame || !read_word(&id, list->frame + list->layout.thread_id_offset))
		goto none;
	if (id == list->thread_pointer)
		return 1;
	if (!read_word(&list->frame, list->frame + list->layout.thread_next_offset))
		goto none;
	return 0;
none:
	list->frame = 0;
	return 1;
}

static __always_inline bool hop(struct list_walk *list, __s32 offset)
{
	return offset < 0 || (list->frame && read_word(&list->frame, list->frame + offset));
}

/* Follows the root and the hops to the newest frame of the current thread. Not static, so that the verifier looks at it once. */
__noinline int find_newest_frame(void)
{
	struct on_stack at = { .scratch = scratch_of_this_cpu() };
	struct list_walk *list;
	__u64 root;

	if (!at.scratch)
		return 0;
	list = &at.scratch->list;
	root = list->layout.root;
	list->frame = 0;
	list->thread_pointer = bpf_get_current_task_btf()->thread.fsbase;
	if (list->layout.root_kind == TCP_INTERPRETER_ROOT_THREAD_POINTER)
		root += list->thread_pointer;
	if (!read_word(&list->frame, root))
		return 0;
	if (list->layout.root_kind == TCP_INTERPRETER_ROOT_THREAD_LIST)
		bpf_loop(THREADS_MAX, match_thread, &at, 0);
	return hop(list, list->layout.hops[0]) && hop(list, list->layout.hops[1]) && list->frame;
}

/*
 * PHP frees what describes the main code of a script when that ends, sooner than
 * user space may come. The name of its file stays longer, and its hash proves it.
 */
static __always_inline __u32 read_main_code(const struct tcp_interpreter *layout, struct tcp_interpreter_frame *frame)
{
	__u64 name = 0;
	__u64 file = 0;
	__u64 hash = 0;

	if (layout->file_offset < 0 || !read_word(&name, frame->function + layout->name_offset) || name)
		return 0;
	if (!read_word(&file, frame->function + layout->file_offset) || !read_word(&hash, file + PHP_TEXT_HASH_OFFSET))
		return 0;
	frame->function = file;
	return TCP_MAIN_CODE | (__u32)hash << 8;
}

static __always_inline void read_line(const struct tcp_interpreter *layout, struct tcp_interpreter_frame *frame)
{
	__u32 line = 0;
	__u32 main_code = 0;
	__u8 type = 0;

	if (bpf_probe_read_user(&type, sizeof(type), (void *)frame->function))
		return;
	if (type == layout->line_function_type) {
		bpf_probe_read_user(&line, sizeof(line), (void *)(frame->position + layout->line_offset));
		main_code = read_main_code(layout, frame);
	}
	frame->detail = (__u64)(main_code | type) << 32 | line;
}

static long list_step(__u32 i, struct on_stack *at)
{
	struct list_walk *list = &at->scratch->list;
	struct walk *walk = &at->scratch->walk;
	struct tcp_interpreter_frame *frame = &at->scratch->interpreter[walk->interpreted & (TCP_INTERPRETER_DEPTH - 1)];
	__u64 here = list->frame;

	if (!here)
		return 1;
	list->frame = 0;
	frame->position = 0;
	frame->detail = 0;
	if (!read_word(&frame->function, here + list->layout.function_offset) ||
	    bpf_probe_read_user(&frame->position, list->layout.position_bytes == 4 ? 4 : 8,
				(void *)(here + list->layout.position_offset)) ||
	    !read_word(&list->frame, here + list->layout.caller_offset)) {
		walk->flags |= TCP_STACK_FLAG_INTERPRETER_CUT;
		return 1;
	}
	if (!frame->function) /* PHP: a frame without a function says nothing */
		return 0;
	if (list->layout.line_offset >= 0)
		read_line(&list->layout, frame);
	/* the detail too: another script may have its code where the last one had its own */
	walk->hash = hash_step(hash_step(hash_step(walk->hash, frame->function), frame->position), frame->detail);
	walk->interpreted++;
	return 0;
}

/* The query of a URI is nobody's business: it is cut off before it leaves the kernel. */
static __always_inline void read_request(const struct tcp_interpreter *layout, struct tcp_stack *stack)
{
	bool is_query = false;
	__u64 text = 0;

	if (!layout->request_method || !read_word(&text, layout->request_method) || !text)
		return;
	bpf_probe_read_user_str(stack->request_method, sizeof(stack->request_method), (void *)text);
	if (!read_word(&text, layout->request_path) || !text)
		return;
	bpf_probe_read_user_str(stack->request_path, sizeof(stack->request_path), (void *)text);
	for (int i = 0; i < TCP_REQUEST_PATH_SIZE; i++) {
		if (stack->request_path[i] == '?' || stack->request_path[i] == '#')
			is_query = true;
		if (is_query)
			stack->request_path[i] = 0;
	}
}

/* Leaves the frames in scratch->interpreter; asks user space to look at a process that it has not seen. */
static __noinline int walk_interpreter(struct on_stack *at)
{
	struct scratch *scratch = at->scratch;
	struct tcp_target *target = target_of_current(scratch->walk.address_space);

	if (!target) {
		scratch->walk.flags |= TCP_STACK_FLAG_NEW_PROCESS;
		ask_for(scratch, 0, WANTED_AGAIN_NS);
		return 0;
	}
	if (!has_frame_list(&target->interpreter))
		return 0;
	scratch->list.layout = target->interpreter;
	if (!find_newest_frame())
		return 0;
	bpf_loop(TCP_INTERPRETER_DEPTH, list_step, at, 0);
	if (scratch->walk.interpreted) /* between requests the texts are those of the last one, and perhaps freed */
		read_request(&scratch->list.layout, &scratch->stack);
	if (scratch->list.frame)
		scratch->walk.flags |= TCP_STACK_FLAG_INTERPRETER_CUT;
	return 0;
}

/* What distinguishes two call paths that the machine stack does not: the two newest frames. */
static __always_inline __u64 hash_newest_frames(__u64 hash)
{
	struct scratch *scratch = scratch_of_this_cpu();
	struct tcp_target *target = target_of_current(address_space_of(bpf_get_current_task_btf()));
	struct list_walk *list;
	__u64 words[3] = {};

	if (!scratch || !target || !has_frame_list(&target->interpreter))
		return hash;
	list = &scratch->list;
	list->layout = target->interpreter;
	if (!find_newest_frame())
		return hash;
	read_word(&words[0], list->frame + list->layout.position_offset);
	read_word(&words[1], list->frame + list->layout.caller_offset);
	read_word(&words[2], words[1] + list->layout.position_offset);
	return hash_step(hash_step(hash_step(hash_step(hash, list->frame), words[0]), words[1]), words[2]);
}

#endif
