/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connections CPU PORT fin|rst|half|keep [STACKS [PORTS]]: one thread on one processor opens, accepts and closes loopback connections. For each line
 * of its input it runs and prints how many connections it made, how long that took, and the median time of one in nanoseconds:
 *   count N       that many, as fast as they go
 *   time MS       for so long, as fast as they go
 *   paced N MS    N per second, for so long
 * fin: the client closes first; rst: it resets; half: it closes one way, the server reads the end and closes, then the client;
 * keep: fin after ten requests and responses of 64 bytes, as HTTP keeps a connection.
 * STACKS: as many different ways lead to the calls, one after the other. PORTS: as many services from PORT on, one after the other.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES 250 /* each has its own range of client ports: those in TIME_WAIT are never waited for */
#define CHUNK 32      /* connections between two looks at the clock */
#define MOST_CHUNKS (1 << 20)
#define NS_PER_MS 1000000LL
#define TURNS 14 /* two ways each */
#define MOST_PORTS 1000
#define REQUESTS 10 /* on a connection that is kept */
#define MESSAGE 64  /* bytes of a request, and of a response */

static int port, ports = 1, listeners[MOST_PORTS];
static char shape;
static unsigned long opened, stacks;
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

static void sleep_until(long long when)
{
	struct timespec time = { .tv_sec = when / 1000000000, .tv_nsec = when % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void pass_message(int from, int to)
{
	char message[MESSAGE] = "";

	if (send(from, message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
		die("send");
	if (recv(to, message, sizeof(message), MSG_WAITALL) != sizeof(message))
		die("recv");
}

static void exchange(int client, int server)
{
	for (int i = 0; i < REQUESTS; i++) {
		pass_message(client, server);
		pass_message(server, client);
	}
}

static void end_connection(int client, int server)
{
	struct linger reset = { .l_onoff = 1 };
	char byte;

	if (shape == 'r')
		setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (shape == 'h') {
		shutdown(client, SHUT_WR);
		if (recv(server, &byte, 1, 0))
			die("recv");
		close(server);
		close(client);
		return;
	}
	close(client);
	close(server);
}

static void run_one(void)
{
	int service = opened % ports;
	struct sockaddr_in remote = { .sin_family = AF_INET, .sin_port = htons(port + service) };
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server;

	remote.sin_addr.s_addr = htonl(INADDR_LOOPBACK + opened++ % ADDRESSES);
	if (client < 0 || connect(client, (struct sockaddr *)&remote, sizeof(remote)))
		die("connect");
	server = accept4(listeners[service], NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		die("accept");
	if (shape == 'k')
		exchange(client, server);
	end_connection(client, server);
}

static void turn(unsigned long way, int left);

static __attribute__((noinline)) void turn_left(unsigned long way, int left)
{
	turn(way, left);
	__asm__ volatile(""); /* not a tail call: its frame is part of the stack */
}

static __attribute__((noinline)) void turn_right(unsigned long way, int left)
{
	turn(way, left);
	__asm__ volatile("");
}

static void turn(unsigned long way, int left)
{
	if (!left)
		run_one();
	else if (way & 1)
		turn_left(way >> 1, left - 1);
	else
		turn_right(way >> 1, left - 1);
	__asm__ volatile("");
}

static void run_next(void)
{
	if (stacks)
		turn(opened % stacks, TURNS);
	else
		run_one();
}

static int by_size(const void *left, const void *right)
{
	long long a = *(const long long *)left, b = *(const long long *)right;

	return a < b ? -1 : a > b;
}

static void report(unsigned long count, int chunk, long long start)
{
	long long total = now() - start;

	qsort(chunks, chunk, sizeof(*chunks), by_size);
	printf("%lu %lld %lld\n", count, total, chunk ? chunks[chunk / 2] / CHUNK : 0);
	fflush(stdout);
}

/* Until the count or the time is reached. A chunk that others interrupted does not move the median. */
static void run_fast(unsigned long count, long long limit)
{
	long long start = now(), last = start, next = start;
	unsigned long done = 0;
	int chunk = 0;

	while (done < count && next - start < limit) {
		run_next();
		if (++done % CHUNK)
			continue;
		next = now();
		if (chunk < MOST_CHUNKS)
			chunks[chunk++] = next - last;
		last = next;
	}
	report(done, chunk, start);
}

static void run_paced(unsigned long per_second, long long limit)
{
	long long start = now();
	unsigned long done = 0;

	for (long long at = 0; at < limit; at += 1000000000 / per_second, done++) {
		sleep_until(start + at);
		run_next();
	}
	report(done, 0, start);
}

static void obey(const char *line)
{
	unsigned long first, second;

	if (sscanf(line, "count %lu", &first) == 1)
		run_fast(first, 120000 * NS_PER_MS);
	else if (sscanf(line, "time %lu", &first) == 1)
		run_fast(~0UL, first * NS_PER_MS);
	else if (sscanf(line, "paced %lu %lu", &first, &second) == 2 && first)
		run_paced(first, second * NS_PER_MS);
	else
		exit(2);
}

static int open_service(int number)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(number) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&local, sizeof(local)) || listen(listener, 128))
		die("listen");
	return listener;
}

int main(int argc, char **argv)
{
	cpu_set_t processor;
	char line[64];

	if (argc < 4 || argc > 6)
		return 2;
	stacks = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	ports = argc > 5 ? atoi(argv[5]) : 1;
	if (ports < 1 || ports > MOST_PORTS)
		return 2;
	CPU_ZERO(&processor);
	CPU_SET(atoi(argv[1]), &processor);
	if (sched_setaffinity(0, sizeof(processor), &processor))
		die("sched_setaffinity");
	port = atoi(argv[2]);
	shape = *argv[3];
	for (int i = 0; i < ports; i++)
		listeners[i] = open_service(port + i);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	return 0;
}
