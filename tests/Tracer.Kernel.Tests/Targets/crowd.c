/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "target.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Commands on many sockets at once: accept threads that block, and thousands of connections; and threads that are in the way. */

#define CROWD_MAX 19000
#define CROWD_THREADS 64

static int crowd[CROWD_MAX];
static int crowd_size;

static int accepted[CROWD_THREADS];
static int accepted_count;
static pthread_mutex_t accepted_lock = PTHREAD_MUTEX_INITIALIZER;

static void *block_in_accept(void *argument)
{
	int listener = (int)(intptr_t)argument;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	pthread_mutex_lock(&accepted_lock);
	if (fd >= 0 && accepted_count < CROWD_THREADS)
		accepted[accepted_count++] = fd;
	pthread_mutex_unlock(&accepted_lock);
	return NULL;
}

/* accept-threads FD COUNT: each blocks in accept() for one connection */
static void start_accept_threads(char **a)
{
	int count = atoi(a[1]);

	for (int i = 0; i < count && i < CROWD_THREADS; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, block_in_accept, (void *)(intptr_t)atoi(a[0]))) {
			reply("error thread %d", i);
			return;
		}
		pthread_detach(thread);
	}
	reply("ok");
}

/* accepted -> count, then fd:cookie of each connection the threads got */
static void tell_accepted(char **a)
{
	char text[4000];
	int used = 0;

	(void)a;
	pthread_mutex_lock(&accepted_lock);
	used += snprintf(text, sizeof(text), "%d", accepted_count);
	for (int i = 0; i < accepted_count && used < (int)sizeof(text) - 40; i++)
		used += snprintf(text + used, sizeof(text) - used, " %d:%llu", accepted[i],
				 (unsigned long long)cookie_of(accepted[i]));
	pthread_mutex_unlock(&accepted_lock);
	reply("ok %s", text);
}

static int remember(int fd)
{
	if (fd < 0 || crowd_size == CROWD_MAX)
		return -1;
	crowd[crowd_size++] = fd;
	return 0;
}

/* crowd-accept FD COUNT: accepts and keeps */
static void accept_crowd(char **a)
{
	int listener = atoi(a[0]), count = atoi(a[1]);

	for (int i = 0; i < count; i++) {
		if (wait_readable(listener) || remember(accept4(listener, NULL, NULL, SOCK_CLOEXEC))) {
			reply_errno("accept");
			return;
		}
	}
	reply("ok %d", crowd_size);
}

/* crowd-connect ADDRESS PORT COUNT: connects and keeps */
static void connect_crowd(char **a)
{
	struct sockaddr_storage remote;
	socklen_t length;
	int count = atoi(a[2]);

	if (parse_address(a[0], a[1], &remote, &length)) {
		reply_errno("address");
		return;
	}
	for (int i = 0; i < count; i++) {
		int fd = socket(remote.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (remember(fd) || connect(fd, (struct sockaddr *)&remote, length)) {
			reply_errno("connect");
			return;
		}
	}
	reply("ok %d", crowd_size);
}

/* crowd-close: closes all that are kept */
static void close_crowd(char **a)
{
	(void)a;
	for (int i = 0; i < crowd_size; i++)
		close(crowd[i]);
	reply("ok %d", crowd_size);
	crowd_size = 0;
}

static atomic_int protecting;

static void *protect_forever(void *argument)
{
	const size_t bytes = 16 << 20; /* some 100 us under the lock */
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || madvise(memory, bytes, MADV_NOHUGEPAGE))
		abort();
	memset(memory, 1, bytes);
	atomic_fetch_add(&protecting, 1);
	for (;;) {
		mprotect(memory, bytes, PROT_READ);
		mprotect(memory, bytes, PROT_READ | PROT_WRITE);
	}
	return argument;
}

/* protect-threads COUNT: each changes what may be done with some memory until the process ends; "ok" when all do */
static void start_protect_threads(char **a)
{
	int count = atoi(a[0]);

	for (int i = 0; i < count; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, protect_forever, NULL)) {
			reply("error thread %d", i);
			return;
		}
		pthread_detach(thread);
	}
	while (atomic_load(&protecting) < count)
		usleep(1000);
	reply("ok");
}

const struct command crowd_commands[] = {
	{ "accept-threads", 2, start_accept_threads },
	{ "accepted", 0, tell_accepted },
	{ "crowd-accept", 2, accept_crowd },
	{ "crowd-connect", 3, connect_crowd },
	{ "crowd-close", 0, close_crowd },
	{ "protect-threads", 1, start_protect_threads },
	{ 0 },
};
