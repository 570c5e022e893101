/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORK_ATTEMPTS 500

static void unix_address(const char *path, struct sockaddr_un *out)
{
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	snprintf(out->sun_path, sizeof(out->sun_path), "%s", path);
}

/* The child is led over its own unix socket, so that it can outlive its parent. */
static void serve_child(const char *path)
{
	struct sockaddr_un address;
	int listener, control;

	unix_address(path, &address);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 1) || wait_readable(listener))
		_exit(1);
	control = accept4(listener, NULL, NULL, 0);
	unlink(path);
	close(listener);
	if (control < 0 || dup2(control, STDIN_FILENO) < 0 || dup2(control, STDOUT_FILENO) < 0)
		_exit(1);
	close(control);
	serve_forever(STDIN_FILENO, STDOUT_FILENO);
}

/* fork PATH -> pid of the child */
static void fork_child(char **a)
{
	pid_t pid = fork();

	if (pid == 0)
		serve_child(a[0]);
	if (pid < 0)
		reply_errno("fork");
	else
		reply("ok %d", pid);
}

static int request_next_pid(int pid)
{
	char text[16];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	int length = snprintf(text, sizeof(text), "%d", pid - 1);
	int result = fd < 0 || write(fd, text, length) != length ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return result;
}

/* fork-as PID PATH -> pid: a child that gets a pid which was used before */
static void fork_child_as(char **a)
{
	int wanted = atoi(a[0]);

	for (int attempt = 0; attempt < FORK_ATTEMPTS; attempt++) {
		pid_t pid;

		if (request_next_pid(wanted)) {
			reply_errno("ns_last_pid");
			return;
		}
		pid = fork();
		if (pid == 0) {
			if (getpid() != wanted)
				_exit(0);
			prctl(PR_SET_NAME, "impostor");
			serve_child(a[1]);
		}
		if (pid == wanted) {
			reply("ok %d", pid);
			return;
		}
	}
	reply("error pid %d was not to be had in %d attempts", wanted, FORK_ATTEMPTS);
}

/* exec PATH: the next image inherits every descriptor and the control channel */
static void exec_image(char **a)
{
	execl(a[0], a[0], (char *)NULL);
	reply_errno("exec");
}

/* exit: ends without closing anything first */
static void leave(char **a)
{
	(void)a;
	reply("ok");
	_exit(0);
}

/* unix-bind PATH -> fd that receives descriptors */
static void bind_mailbox(char **a)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unix_address(a[0], &address);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		reply_errno("bind");
	else
		reply("ok %d", fd);
}

/* pass PATH FD: sends a copy of the descriptor by SCM_RIGHTS */
static void pass_descriptor(char **a)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct sockaddr_un address;
	struct iovec data = { .iov_base = "d", .iov_len = 1 };
	struct msghdr message = { .msg_name = &address, .msg_namelen = sizeof(address),
				  .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = &control, .msg_controllen = sizeof(control) };
	int passed = atoi(a[1]);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unix_address(a[0], &address);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &passed, sizeof(passed));
	if (fd < 0 || sendmsg(fd, &message, 0) != 1)
		reply_errno("sendmsg");
	else
		reply("ok");
	if (fd >= 0)
		close(fd);
}

/* take FD -> the descriptor that arrived in the mailbox */
static void take_descriptor(char **a)
{
	char byte, space[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1,
				  .msg_control = space, .msg_controllen = sizeof(space) };
	struct cmsghdr *header;
	int fd;

	if (wait_readable(atoi(a[0])) || recvmsg(atoi(a[0]), &message, 0) != 1 ||
	    !(header = CMSG_FIRSTHDR(&message)) || header->cmsg_type != SCM_RIGHTS) {
		reply_errno("recvmsg");
		return;
	}
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	reply("ok %d", fd);
}

/* name TEXT: the name of the main thread, which is the process's name */
static void set_name(char **a)
{
	prctl(PR_SET_NAME, a[0]);
	reply("ok");
}

struct dialer {
	struct sockaddr_storage remote;
	socklen_t length;
	int fd;
	int tid;
};

static void *dial_in_thread(void *argument)
{
	struct dialer *dialer = argument;

	prctl(PR_SET_NAME, "dialer");
	dialer->tid = gettid();
	dialer->fd = socket(dialer->remote.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(dialer->fd, (struct sockaddr *)&dialer->remote, dialer->length)) {
		close(dialer->fd);
		dialer->fd = -1;
	}
	return NULL;
}

/* connect-thread ADDRESS PORT -> fd local-port cookie tid: by a thread that is gone afterwards */
static void connect_in_thread(char **a)
{
	struct dialer dialer = { .fd = -1 };
	pthread_t thread;

	if (parse_address(a[0], a[1], &dialer.remote, &dialer.length) ||
	    pthread_create(&thread, NULL, dial_in_thread, &dialer)) {
		reply_errno("connect-thread");
		return;
	}
	pthread_join(thread, NULL);
	if (dialer.fd < 0)
		reply("error connect in a thread failed");
	else
		reply("ok %d %d %llu %d", dialer.fd, local_port(dialer.fd),
		      (unsigned long long)cookie_of(dialer.fd), dialer.tid);
}

const struct command process_commands[] = {
	{ "fork", 1, fork_child },
	{ "fork-as", 2, fork_child_as },
	{ "exec", 1, exec_image },
	{ "exit", 0, leave },
	{ "unix-bind", 1, bind_mailbox },
	{ "pass", 2, pass_descriptor },
	{ "take", 1, take_descriptor },
	{ "name", 1, set_name },
	{ "connect-thread", 2, connect_in_thread },
	{ 0 },
};
