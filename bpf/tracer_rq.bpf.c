// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The programs of tracer_fp.bpf.c for kernels without bpf_get_current_task_btf()
 * (5.10), which find the running task in the run queue. An object of its own,
 * because a kernel that does not export the symbol refuses every program that
 * names it, read or not.
 */

#define TASK_OF_RUN_QUEUE
#include "tracer_fp.bpf.c"
