/* SPDX-License-Identifier: Apache-2.0 */
/*
 * closewaits PORT COUNT HOLDERS: prints "ready", makes COUNT sockets in CLOSE_WAIT on the first line of its input, has them
 * held by HOLDERS processes, prints how many it made and how many descriptors a process may have, and holds them until its input
 * ends. It stops where its descriptors end: the last socket then takes the last descriptor.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
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

/* As many as this process may have. */
static unsigned long allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

static int open_service(struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)address, sizeof(*address)) || listen(fd, 128))
		die("listen");
	return fd;
}

/* Returns 0 when there is no descriptor left. */
static int make_one(int listener, const struct sockaddr_in *address)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), server;

	if (client < 0 && errno == EMFILE)
		return 0;
	if (client < 0 || connect(client, (const struct sockaddr *)address, sizeof(*address)))
		die("connect");
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0 && errno != EMFILE)
		die("accept");
	close(client);
	/* The client had the last descriptor: what is in the accept queue is in CLOSE_WAIT by now, and gets it. */
	if (server < 0 && accept4(listener, NULL, NULL, SOCK_CLOEXEC) < 0)
		die("accept");
	return 1;
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
	unsigned long most;
	int listener, wanted, made = 0;

	if (argc != 4)
		return 2;
	address.sin_port = htons(atoi(argv[1]));
	wanted = atoi(argv[2]);
	most = allow_descriptors();
	listener = open_service(&address);
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	while (made < wanted && make_one(listener, &address))
		made++;
	for (int i = atoi(argv[3]); i > 1; i--)
		add_holder();
	printf("%d %lu\n", made, most);
	fflush(stdout);
	getchar(); /* the rest of the first line */
	while (getchar() != EOF)
		;
	return 0;
}
