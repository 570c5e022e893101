/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HELD_H
#define HELD_H

/* Calls back once with each BPF object of that kind ("map_id" or "prog_id") which the process holds; the descriptor is the callee's. */
void each_held(const char *pid, const char *kind, void (*found)(int fd, void *context), void *context);

#endif
