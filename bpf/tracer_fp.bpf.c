// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The same programs with the kernel's frame-pointer walk, for kernels without
 * bpf_loop() and bpf_find_vma() (before 5.17), and for arm64, whose registers
 * the unwind rules do not know. An object of its own, because kernels before
 * 5.13 refuse a program that so much as names a callback.
 */

#define KERNEL_WALK_ONLY
#include "tracer.bpf.c"
