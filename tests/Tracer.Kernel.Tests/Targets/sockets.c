/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int parse_address(const char *address, const char *port, struct sockaddr_storage *out,
		  socklen_t *length)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(atoi(port));
		*length = sizeof(*v4);
		return 0;
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(atoi(port));
		*length = sizeof(*v6);
		return 0;
	}
	errno = EINVAL;
	return -1;
}

int wait_readable(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	if (poll(&wait, 1, TARGET_WAIT_MS) == 1)
		return 0;
	errno = ETIMEDOUT;
	return -1;
}

int local_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length))
		return -1;
	return ntohs(((struct sockaddr_in *)&address)->sin_port); /* same offset in both families */
}

uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length);
	return cookie;
}

static int protocol_of(const char *options)
{
	return options && strstr(options, "mptcp") ? IPPROTO_MPTCP : IPPROTO_TCP;
}

NOINLINE int open_listener(const char *address, const char *port, int backlog, const char *options)
{
	struct sockaddr_storage local;
	socklen_t length;
	int one = 1, zero = 0;
	int fd;

	if (parse_address(address, port, &local, &length))
		return -1;
	fd = socket(local.ss_family, SOCK_STREAM, protocol_of(options));
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (options && strstr(options, "reuseport"))
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (local.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, (struct sockaddr *)&local, length) || listen(fd, backlog)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* listen ADDRESS PORT BACKLOG [reuseport,mptcp] -> fd port cookie */
NOINLINE static void publish_service(char **a)
{
	int fd = open_listener(a[0], a[1], atoi(a[2]), a[3]);

	if (fd < 0)
		reply_errno("listen");
	else
		reply("ok %d %d %llu", fd, local_port(fd), (unsigned long long)cookie_of(fd));
}

NOINLINE static int accept_client(int listener)
{
	if (wait_readable(listener))
		return -1;
	return accept4(listener, NULL, NULL, 0);
}

/* accept FD -> fd local-port cookie */
NOINLINE static void welcome_client(char **a)
{
	int fd = accept_client(atoi(a[0]));

	if (fd < 0)
		reply_errno("accept");
	else
		reply("ok %d %d %llu", fd, local_port(fd), (unsigned long long)cookie_of(fd));
}

static int bind_from(int fd, const char *address, const char *port)
{
	struct sockaddr_storage local;
	socklen_t length;
	int one = 1;

	if (parse_address(address, port, &local, &length))
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&local, length);
}

NOINLINE static int connect_socket(int fd, struct sockaddr *remote, socklen_t length)
{
	int result = connect(fd, remote, length);

	__asm__ volatile("" ::: "memory"); /* keeps this frame: the call above is not the last act */
	return result;
}

NOINLINE static int dial_upstream(char **a)
{
	struct sockaddr_storage remote;
	socklen_t length;
	int fd;

	if (parse_address(a[0], a[1], &remote, &length))
		return -1;
	fd = socket(remote.ss_family, SOCK_STREAM, protocol_of(a[4]));
	if (fd < 0)
		return -1;
	if ((a[2] && strcmp(a[2], "-") && bind_from(fd, a[2], a[3])) ||
	    connect_socket(fd, (struct sockaddr *)&remote, length)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* connect ADDRESS PORT [LOCAL-ADDRESS|- LOCAL-PORT [mptcp]] -> fd local-port cookie */
NOINLINE static void checkout_connection(char **a)
{
	int fd = dial_upstream(a);

	if (fd < 0)
		reply_errno("connect");
	else
		reply("ok %d %d %llu", fd, local_port(fd), (unsigned long long)cookie_of(fd));
}

NOINLINE static ssize_t read_request(int fd, char *buffer, size_t size)
{
	ssize_t result = recv(fd, buffer, size, 0);

	__asm__ volatile("" ::: "memory");
	return result;
}

NOINLINE static ssize_t handle_request(int fd, char *buffer, size_t size)
{
	ssize_t result;

	if (wait_readable(fd))
		return -1;
	result = read_request(fd, buffer, size);
	__asm__ volatile("" ::: "memory");
	return result;
}

/* recv FD -> bytes of one receive; 0 is the end of the stream */
NOINLINE static void receive_once(char **a)
{
	char buffer[65536];
	ssize_t result = handle_request(atoi(a[0]), buffer, sizeof(buffer));

	if (result < 0)
		reply_errno("recv");
	else
		reply("ok %zd", result);
}

/* eof FD -> total bytes received until the end of the stream */
NOINLINE static void receive_all(char **a)
{
	char buffer[65536];
	long total = 0;
	ssize_t result;

	while ((result = handle_request(atoi(a[0]), buffer, sizeof(buffer))) > 0)
		total += result;
	if (result < 0)
		reply_errno("recv");
	else
		reply("ok %ld", total);
}

NOINLINE static ssize_t read_head(int fd, char *buffer, size_t size)
{
	ssize_t result = read_request(fd, buffer, size);

	__asm__ volatile("" ::: "memory");
	return result;
}

NOINLINE static ssize_t read_body(int fd, char *buffer, size_t size)
{
	ssize_t result = read_request(fd, buffer, size);

	__asm__ volatile("" ::: "memory");
	return result;
}

/* parts FD BYTES TIMES BODY -> what the last receive got: so many of so many bytes in one place, then BODY bytes (0: none) in another, at once */
NOINLINE static void receive_parts(char **a)
{
	char buffer[65536];
	int fd = atoi(a[0]), times = atoi(a[2]);
	size_t size = strtoul(a[1], NULL, 10), body = strtoul(a[3], NULL, 10);
	ssize_t result = wait_readable(fd);

	while (result >= 0 && times--)
		result = read_head(fd, buffer, size);
	if (result >= 0 && body)
		result = read_body(fd, buffer, body);
	if (result < 0)
		reply_errno("recv");
	else
		reply("ok %zd", result);
}

/* peek FD -> immediate non-blocking receive attempt: bytes or negative errno */
NOINLINE static void receive_attempt(char **a)
{
	char buffer[65536];
	ssize_t result = recv(atoi(a[0]), buffer, sizeof(buffer), MSG_DONTWAIT);

	reply("ok %zd", result < 0 ? -(ssize_t)errno : result);
}

/* send FD BYTES -> bytes sent without waiting */
NOINLINE static void send_response(char **a)
{
	static char zeros[1 << 20];
	size_t wanted = strtoul(a[1], NULL, 10), total = 0;

	while (total < wanted) {
		size_t chunk = wanted - total < sizeof(zeros) ? wanted - total : sizeof(zeros);
		ssize_t sent = send(atoi(a[0]), zeros, chunk, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0) {
			reply_errno("send");
			return;
		}
		total += sent;
	}
	reply("ok %zu", total);
}

/* shutdown FD wr|rd|rdwr */
static void shut_down(char **a)
{
	int how = !strcmp(a[1], "wr") ? SHUT_WR : !strcmp(a[1], "rd") ? SHUT_RD : SHUT_RDWR;

	if (shutdown(atoi(a[0]), how))
		reply_errno("shutdown");
	else
		reply("ok");
}

NOINLINE static int close_client(int fd)
{
	int result = close(fd);

	__asm__ volatile("" ::: "memory");
	return result;
}

/* close FD */
NOINLINE static void finish_request(char **a)
{
	if (close_client(atoi(a[0])))
		reply_errno("close");
	else
		reply("ok");
}

/* reset FD: closes with an RST */
static void reset_client(char **a)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(atoi(a[0]), SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	finish_request(a);
}

/* dup FD -> new fd */
static void duplicate(char **a)
{
	int fd = dup(atoi(a[0]));

	if (fd < 0)
		reply_errno("dup");
	else
		reply("ok %d", fd);
}

/* user-timeout FD MS: unacknowledged data ends the connection after this time */
static void set_user_timeout(char **a)
{
	unsigned int ms = atoi(a[1]);

	if (setsockopt(atoi(a[0]), IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms)))
		reply_errno("setsockopt");
	else
		reply("ok");
}

/* keepalive FD SECONDS: a silent peer is asked whether it is there, as often as that */
static void set_keepalive(char **a)
{
	int on = 1, fd = atoi(a[0]), seconds = atoi(a[1]);

	if (setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof(seconds)))
		reply_errno("setsockopt");
	else
		reply("ok");
}

/* state FD -> number of the TCP state, as in the kernel */
static void tell_state(char **a)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	if (getsockopt(atoi(a[0]), IPPROTO_TCP, TCP_INFO, &info, &length))
		reply_errno("getsockopt");
	else
		reply("ok %d", info.tcpi_state);
}

const struct command socket_commands[] = {
	{ "listen", 3, publish_service },
	{ "accept", 1, welcome_client },
	{ "connect", 2, checkout_connection },
	{ "recv", 1, receive_once },
	{ "eof", 1, receive_all },
	{ "parts", 4, receive_parts },
	{ "try-recv", 1, receive_attempt },
	{ "send", 2, send_response },
	{ "shutdown", 2, shut_down },
	{ "close", 1, finish_request },
	{ "reset", 1, reset_client },
	{ "dup", 1, duplicate },
	{ "user-timeout", 2, set_user_timeout },
	{ "keepalive", 2, set_keepalive },
	{ "state", 1, tell_state },
	{ 0 },
};
