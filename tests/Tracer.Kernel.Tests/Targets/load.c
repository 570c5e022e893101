/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load PORT COUNT KEEP reads|closes: COUNT short loopback connections as fast as they go.
 * The client closes first, so each server socket passes through CLOSE_WAIT, where the server
 * reads the end of the stream, or only closes; the first KEEP are kept there. Prints "ready",
 * starts on the first line of its input, prints "done COUNT KEPT", and holds the kept sockets
 * until its input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT_THREADS 4
#define SERVER_THREADS 2
#define ADDRESSES 8 /* 127.0.0.1 .. 127.0.0.8: each has its own range of client ports */
#define MAX_AHEAD 512 /* below the backlog: no SYN is ever dropped */

static int port, count, keep, reads, listener;
static atomic_int opened, served, kept;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void await_fin(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLRDHUP };
	char buffer[64];

	if (!reads)
		poll(&wait, 1, -1);
	else
		while (recv(fd, buffer, sizeof(buffer), 0) > 0)
			;
}

static void *serve(void *unused)
{
	(void)unused;
	while (atomic_load(&served) < count) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			break;
		await_fin(fd);
		if (atomic_fetch_add(&kept, 1) >= keep) {
			atomic_fetch_sub(&kept, 1);
			close(fd);
		}
		atomic_fetch_add(&served, 1);
	}
	shutdown(listener, SHUT_RDWR); /* wakes the other thread */
	return NULL;
}

static void *call(void *unused)
{
	struct sockaddr_in remote = { .sin_family = AF_INET, .sin_port = htons(port) };
	int number;

	(void)unused;
	while ((number = atomic_fetch_add(&opened, 1)) < count) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		while (number - atomic_load(&served) > MAX_AHEAD)
			usleep(100);
		remote.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number % ADDRESSES);
		if (fd < 0 || connect(fd, (struct sockaddr *)&remote, sizeof(remote)))
			die("connect");
		close(fd);
	}
	return NULL;
}

static int open_service(void)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof(local)) || listen(fd, 4096))
		die("listen");
	return fd;
}

int main(int argc, char **argv)
{
	pthread_t threads[CLIENT_THREADS + SERVER_THREADS];

	if (argc != 5)
		return 2;
	port = atoi(argv[1]);
	count = atoi(argv[2]);
	keep = atoi(argv[3]);
	reads = !strcmp(argv[4], "reads");
	listener = open_service();
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	for (int i = 0; i < SERVER_THREADS; i++)
		if (pthread_create(&threads[i], NULL, serve, NULL))
			die("thread");
	for (int i = 0; i < CLIENT_THREADS; i++)
		if (pthread_create(&threads[SERVER_THREADS + i], NULL, call, NULL))
			die("thread");
	for (int i = 0; i < CLIENT_THREADS + SERVER_THREADS; i++)
		pthread_join(threads[i], NULL);
	close(listener);
	printf("done %d %d\n", atomic_load(&served), atomic_load(&kept));
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
