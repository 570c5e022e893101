/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

/*
 * terminal WIDTH HEIGHT PROGRAM ARGUMENTS: runs the program on a terminal of its own.
 * A line on stdin is typed, two hexadecimal digits for a byte; its end kills the program.
 * Lines on stdout: "pid N", "out BYTES" for what the program wrote, and at last "end STATUS SETTINGS":
 * the exit code (128 and more: a signal), and whether the program left the settings of the terminal as they were.
 */

static int terminal;
static int program_side;

static int type_line(void)
{
	char line[512];
	unsigned int byte;

	if (!fgets(line, sizeof(line), stdin))
		return 0;
	for (char *next = line; sscanf(next, "%2x", &byte) == 1; next += 2) {
		unsigned char typed = byte;

		if (write(terminal, &typed, 1) != 1)
			return 0;
	}
	return 1;
}

static int tell_output(void)
{
	unsigned char bytes[4096];
	ssize_t length = read(terminal, bytes, sizeof(bytes));

	if (length <= 0)
		return 0;
	printf("out ");
	for (ssize_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	printf("\n");
	return 1;
}

static void relay_until_end(pid_t program, int *status)
{
	struct pollfd ready[] = { { .fd = terminal, .events = POLLIN },
				  { .fd = STDIN_FILENO, .events = POLLIN } };

	while (waitpid(program, status, WNOHANG) == 0) {
		if (poll(ready, 2, 20) <= 0)
			continue;
		if (ready[0].revents)
			tell_output();
		if (ready[1].revents && !type_line()) {
			kill(program, SIGKILL);
			ready[1].fd = -1;
		}
	}
	while (tell_output())
		;
}

static const char *compare(const struct termios *before, const struct termios *after)
{
	if (before->c_lflag != after->c_lflag)
		return "lflag";
	if (before->c_iflag != after->c_iflag)
		return "iflag";
	if (before->c_oflag != after->c_oflag)
		return "oflag";
	if (before->c_cflag != after->c_cflag)
		return "cflag";
	return memcmp(before->c_cc, after->c_cc, sizeof(before->c_cc)) ? "cc" : "kept";
}

int main(int argc, char **argv)
{
	struct termios before, after;
	int status = 0;

	if (argc < 4)
		return 2;
	struct winsize size = { .ws_col = atoi(argv[1]), .ws_row = atoi(argv[2]) };

	/* Our copy of the program's side keeps the settings after it has ended. */
	if (openpty(&terminal, &program_side, NULL, NULL, &size) || tcgetattr(program_side, &before))
		return 1;
	pid_t program = fork();

	if (program == 0) {
		close(terminal);
		setenv("TERM", "xterm-256color", 1);
		if (login_tty(program_side) == 0)
			execv(argv[3], argv + 3);
		_exit(127);
	}
	setvbuf(stdin, NULL, _IONBF, 0); /* what it had read ahead, poll would not see */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("pid %d\n", program);
	fcntl(terminal, F_SETFL, O_NONBLOCK);
	relay_until_end(program, &status);
	tcgetattr(program_side, &after);
	printf("end %d %s\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	       compare(&before, &after));
	return 0;
}
