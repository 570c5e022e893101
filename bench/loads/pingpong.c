/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pingpong CPU one|two: for each line of its input, a number, that many times a request of 64 bytes and its response over a new
 * established loopback connection, on one processor; prints the median time of a round trip in picoseconds. two: a client
 * and a server that wait for each other, in two threads, as programs do. one: both ends in one thread, so that nothing is measured
 * but the calls.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE 64
#define CHUNK 64 /* round trips between two looks at the clock */
#define MOST_CHUNKS (1 << 20)

static int client, server, two;
static long long chunks[MOST_CHUNKS];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void say(int fd)
{
	char message[MESSAGE] = {};

	if (send(fd, message, sizeof(message), MSG_NOSIGNAL) != MESSAGE)
		die("send");
}

static int hear(int fd)
{
	char message[MESSAGE];

	return recv(fd, message, sizeof(message), MSG_WAITALL) == MESSAGE;
}

static void *serve(void *unused)
{
	(void)unused;
	while (hear(server))
		say(server);
	return NULL;
}

static void round_trip(void)
{
	say(client);
	if (!two) {
		if (!hear(server))
			die("recv");
		say(server);
	}
	if (!hear(client))
		die("recv");
}

static void connect_pair(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die("listen");
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(client, (struct sockaddr *)&address, size))
		die("connect");
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(listener);
}

static int by_size(const void *left, const void *right)
{
	long long a = *(const long long *)left, b = *(const long long *)right;

	return a < b ? -1 : a > b;
}

/* A chunk that others interrupted does not move the median. */
static void run(long count)
{
	long wanted = count / CHUNK < MOST_CHUNKS ? count / CHUNK : MOST_CHUNKS;
	long long last = now(), next;

	for (long chunk = 0; chunk < wanted; chunk++, last = next) {
		for (int i = 0; i < CHUNK; i++)
			round_trip();
		next = now();
		chunks[chunk] = next - last;
	}
	qsort(chunks, wanted, sizeof(*chunks), by_size);
	printf("%lld\n", wanted ? chunks[wanted / 2] * 1000 / CHUNK : 0);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	cpu_set_t processor;
	char line[32];

	if (argc != 3)
		return 2;
	CPU_ZERO(&processor);
	CPU_SET(atoi(argv[1]), &processor);
	if (sched_setaffinity(0, sizeof(processor), &processor))
		die("sched_setaffinity");
	two = !strcmp(argv[2], "two");
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		pthread_t thread;

		connect_pair();
		if (two && pthread_create(&thread, NULL, serve, NULL))
			die("thread");
		run(atol(line));
		close(client);
		if (two)
			pthread_join(thread, NULL);
		close(server);
	}
	return 0;
}
