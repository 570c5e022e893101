/* SPDX-License-Identifier: Apache-2.0 */
/*
 * closewaits PORT COUNT HOLDERS: prints "ready", makes COUNT sockets in CLOSE_WAIT on the first line of its input, has them
 * held by HOLDERS processes, prints "done", and holds them until its input ends. One process holds as many as its descriptors allow.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_service(struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)address, sizeof(*address)) || listen(fd, 128))
		die("listen");
	return fd;
}

static void make_one(int listener, const struct sockaddr_in *address)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (client < 0 || connect(client, (const struct sockaddr *)address, sizeof(*address)))
		die("connect");
	if (accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0)
		die("accept");
	close(client);
}

/* A child that inherits every descriptor, and ends with its parent. */
static void add_holder(void)
{
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener;

	if (argc != 4)
		return 2;
	address.sin_port = htons(atoi(argv[1]));
	allow_descriptors();
	listener = open_service(&address);
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	for (int i = atoi(argv[2]); i > 0; i--)
		make_one(listener, &address);
	for (int i = atoi(argv[3]); i > 1; i--)
		add_holder();
	puts("done");
	fflush(stdout);
	getchar(); /* the rest of the first line */
	while (getchar() != EOF)
		;
	return 0;
}
