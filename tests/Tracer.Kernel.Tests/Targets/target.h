/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLOSEWAIT_TARGET_H
#define CLOSEWAIT_TARGET_H

/*
 * A program under observation. It obeys one command per line on its control
 * channel (stdin, or a unix socket after a fork) and answers each with one line:
 * "ok VALUES" or "error TEXT". It ends when its control channel ends, so a test
 * that dies leaves no process behind.
 */

#include <stdint.h>
#include <sys/socket.h>

#define TARGET_MAX_ARGUMENTS 8
#define TARGET_WAIT_MS 20000

/* Function frames must survive the optimizer: stacks are asserted by name. */
#define NOINLINE __attribute__((noinline))

struct command {
	const char *name;
	int arguments;
	void (*run)(char **arguments);
};

extern const struct command socket_commands[];
extern const struct command process_commands[];
extern const struct command crowd_commands[];

__attribute__((format(printf, 1, 2))) void reply(const char *format, ...);
void reply_errno(const char *what);
void serve_forever(int in, int out) __attribute__((noreturn));

int parse_address(const char *address, const char *port, struct sockaddr_storage *out,
		  socklen_t *length);
int open_listener(const char *address, const char *port, int backlog, const char *options);
int local_port(int fd);
uint64_t cookie_of(int fd);
int wait_readable(int fd);

#endif
