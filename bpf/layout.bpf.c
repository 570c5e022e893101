/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */

/*
 * Never loaded. Names every type of wire.h so that its BTF exists: the compiler
 * describes only what an object uses. tests/Tracer.Wire.Tests compares this BTF
 * with the C# mirror.
 */

#include "wire.h"

/* Constants leave no trace in BTF unless they are enum values. */
enum layout_constant {
	LAYOUT_CONSTANT_VERSION = TCP_WIRE_VERSION,
	LAYOUT_CONSTANT_COMM_SIZE = TCP_COMM_SIZE,
	LAYOUT_CONSTANT_STACK_DEPTH = TCP_STACK_DEPTH,
	LAYOUT_CONSTANT_INTERPRETER_DEPTH = TCP_INTERPRETER_DEPTH,
	LAYOUT_CONSTANT_STACK_WORDS = TCP_STACK_WORDS,
	LAYOUT_CONSTANT_REQUEST_METHOD_SIZE = TCP_REQUEST_METHOD_SIZE,
	LAYOUT_CONSTANT_REQUEST_PATH_SIZE = TCP_REQUEST_PATH_SIZE,
	LAYOUT_CONSTANT_FILTER_SLOTS = TCP_FILTER_SLOTS,
	LAYOUT_CONSTANT_WATCH_ALL = TCP_WATCH_ALL,
};

enum layout_constant layout_constant;

enum tcp_event_kind layout_event_kind;
enum tcp_wire_state layout_wire_state;
enum tcp_direction layout_direction;
enum tcp_owner_source layout_owner_source;
enum tcp_origin layout_origin;
enum tcp_event_flag layout_event_flag;
enum tcp_record_flag layout_record_flag;
enum tcp_stack_flag layout_stack_flag;
enum tcp_stack_end layout_stack_end;
enum tcp_unwind_kind layout_unwind_kind;
enum tcp_interpreter_root layout_interpreter_root;
enum tcp_counter layout_counter;

struct tcp_event_header layout_event_header;
struct tcp_actor layout_actor;
struct tcp_event layout_event;
struct tcp_record layout_record;
struct tcp_socket_event layout_socket_event;
struct tcp_holder layout_holder;
struct tcp_queued layout_queued;
struct tcp_interpreter_frame layout_interpreter_frame;
struct tcp_stack layout_stack;
struct tcp_code_key layout_code_key;
struct tcp_code_mapping layout_code_mapping;
struct tcp_unwind_row layout_unwind_row;
struct tcp_unwind_table layout_unwind_table;
struct tcp_interpreter layout_interpreter;
struct tcp_target layout_target;
struct tcp_process_exit layout_process_exit;
struct tcp_thread layout_thread;
struct tcp_filter layout_filter;
struct tcp_control layout_control;
