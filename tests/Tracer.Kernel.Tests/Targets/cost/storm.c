/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storm PORT COUNT: COUNT short connections as fast as they go, each opened, written, read, read to its end and closed from
 * some 30 frames down. Prints "ready", starts on the first line of its input, then prints the nanoseconds it took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "chain.h"

#define ADDRESSES 8 /* 127.0.0.1 .. 127.0.0.8: each has its own range of client ports */

static int port, count, listener, opened;
static __thread int (*work)(void);

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static __attribute__((noinline)) int leaf(void)
{
	return work();
}

static int serve_one(void)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char buffer[64];

	while (recv(fd, buffer, sizeof(buffer), 0) > 0)
		;
	return close(fd) == 0;
}

static int call_one(void)
{
	struct sockaddr_in remote = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	remote.sin_addr.s_addr = htonl(INADDR_LOOPBACK + opened++ % ADDRESSES);
	if (connect(fd, (struct sockaddr *)&remote, sizeof(remote)) || send(fd, "x", 1, 0) != 1)
		return 0;
	return close(fd) == 0;
}

static void *run(void *one)
{
	work = one;
	for (int i = 0; i < count; i++)
		if (!level_24(CHAIN_DEPTH))
			die("connection");
	return NULL;
}

static void open_service(void)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(port) };

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&local, sizeof(local)) || listen(listener, 4096))
		die("listen");
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
	pthread_t server;
	long long start;

	if (argc != 3)
		return 2;
	port = atoi(argv[1]);
	count = atoi(argv[2]);
	open_service();
	puts("ready");
	fflush(stdout);
	while (getchar() != '\n')
		;
	start = now();
	if (pthread_create(&server, NULL, run, serve_one))
		die("thread");
	run(call_one);
	pthread_join(server, NULL);
	printf("%lld\n", now() - start);
	return 0;
}
