/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mixture COUNT HOST: every way a connection begins and ends, in turns, inside an own network
 * namespace (it takes the loopback device down for the simultaneous close). One connection
 * at a time and paced, so that a slower observer can keep up. HOST is the host's namespace as
 * `readlink /proc/self/ns/net` prints it: there it refuses to run. Prints "ready", starts on the
 * first line of its input, prints "done COUNT", and ends with its input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_V4 7400
#define PORT_DUAL 7600 /* [::], also reached as v4-mapped */
#define PORT_NOBODY 7999
#define PAIRS 64 /* simultaneous closes */
#define PACE_EVERY 10
#define PACE_US 2000

static int listener_v4, listener_dual;
static char buffer[4096];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_on(int family, int port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
		 family == AF_INET ? sizeof(v4) : sizeof(v6)) || listen(fd, 64))
		die("listen");
	return fd;
}

static int dial(int family, int port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !connect(fd, family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
				family == AF_INET ? sizeof(v4) : sizeof(v6)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void open_pair(int family, int port, int listener, int *client, int *server)
{
	*client = dial(family, port);
	*server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (*client < 0 || *server < 0)
		die("pair");
}

static void reset(int fd)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static void await_end(int fd)
{
	while (recv(fd, buffer, sizeof(buffer), 0) > 0)
		;
}

static void half_close(int client, int server)
{
	shutdown(client, SHUT_WR);
	await_end(server);
	if (send(server, buffer, 100, MSG_NOSIGNAL) != 100)
		die("send");
	close(server);
	await_end(client);
	close(client);
}

static void unread_data_then_close(int client, int server)
{
	if (send(client, buffer, 100, MSG_NOSIGNAL) != 100 ||
	    recv(server, buffer, 1, MSG_PEEK) != 1)
		die("send");
	close(server); /* with unread data: an RST */
	await_end(client);
	close(client);
}

static void one_of_each(int number)
{
	int client, server;

	switch (number % 8) {
	case 0: /* the client closes first */
		open_pair(AF_INET, PORT_V4, listener_v4, &client, &server);
		close(client);
		await_end(server);
		close(server);
		break;
	case 1:
		open_pair(AF_INET6, PORT_DUAL, listener_dual, &client, &server);
		close(client);
		await_end(server);
		close(server);
		break;
	case 2: /* the server closes first, of a v4-mapped connection */
		open_pair(AF_INET, PORT_DUAL, listener_dual, &client, &server);
		close(server);
		await_end(client);
		close(client);
		break;
	case 3:
		open_pair(AF_INET, PORT_V4, listener_v4, &client, &server);
		reset(client);
		await_end(server);
		close(server);
		break;
	case 4:
		open_pair(AF_INET, PORT_V4, listener_v4, &client, &server);
		half_close(client, server);
		break;
	case 5:
		if (dial(AF_INET, PORT_NOBODY) >= 0 || errno != ECONNREFUSED)
			die("refused connect");
		break;
	case 6: /* an RST in CLOSE_WAIT, the descriptor closed only then */
		open_pair(AF_INET6, PORT_DUAL, listener_dual, &client, &server);
		shutdown(client, SHUT_WR);
		await_end(server);
		reset(client);
		close(server);
		break;
	case 7:
		open_pair(AF_INET, PORT_V4, listener_v4, &client, &server);
		unread_data_then_close(client, server);
		break;
	}
}

static void set_loopback(int up)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (ioctl(fd, SIOCGIFFLAGS, &request))
		die("SIOCGIFFLAGS");
	request.ifr_flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		die("SIOCSIFFLAGS");
	close(fd);
}

/* While the device is down both FINs are lost; their retransmissions then cross. */
static void close_simultaneously(void)
{
	int client[PAIRS], server[PAIRS];

	for (int i = 0; i < PAIRS; i++)
		open_pair(AF_INET, PORT_V4, listener_v4, &client[i], &server[i]);
	set_loopback(0);
	for (int i = 0; i < PAIRS; i++) {
		close(client[i]);
		close(server[i]);
	}
	set_loopback(1);
}

static void refuse_namespace(const char *host)
{
	char own[64] = "";

	if (readlink("/proc/self/ns/net", own, sizeof(own) - 1) < 0 || !strcmp(own, host)) {
		fputs("mixture: runs in an own network namespace only\n", stderr);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[1]) : 0;

	if (count <= 0)
		return 2;
	refuse_namespace(argv[2]);
	listener_v4 = listen_on(AF_INET, PORT_V4);
	listener_dual = listen_on(AF_INET6, PORT_DUAL);
	puts("ready");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	for (int i = 0; i < count; i++) {
		one_of_each(i);
		if (i % PACE_EVERY == 0)
			usleep(PACE_US);
	}
	close_simultaneously();
	printf("done %d\n", count);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
