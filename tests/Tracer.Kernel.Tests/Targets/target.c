/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int control_out = STDOUT_FILENO;

void reply(const char *format, ...)
{
	char line[4096];
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(line, sizeof(line) - 1, format, list);
	va_end(list);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	for (int done = 0; done < length;) {
		ssize_t written = write(control_out, line + done, length - done);

		if (written <= 0)
			_exit(0);
		done += written;
	}
}

void reply_errno(const char *what)
{
	reply("error %s: %s", what, strerror(errno));
}

static const struct command *find_command(const struct command *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

NOINLINE static void run_line(char *line)
{
	char *arguments[TARGET_MAX_ARGUMENTS + 1] = { 0 };
	const struct command *command;
	char *name, *rest;
	int count = 0;

	name = strtok_r(line, " \n", &rest);
	if (!name) {
		reply("error empty line");
		return;
	}
	while (count < TARGET_MAX_ARGUMENTS && (arguments[count] = strtok_r(NULL, " \n", &rest)))
		count++;
	command = find_command(socket_commands, name);
	if (!command)
		command = find_command(process_commands, name);
	if (!command)
		command = find_command(crowd_commands, name);
	if (!command || count < command->arguments) {
		reply("error unknown command or too few arguments: %s", name);
		return;
	}
	command->run(arguments);
}

/* Reads without buffering: after an exec the next image must find the rest. */
static int read_line(int in, char *line, size_t size)
{
	size_t used = 0;

	while (used < size - 1) {
		if (read(in, line + used, 1) != 1)
			return -1;
		if (line[used] == '\n') {
			line[used] = 0;
			return 0;
		}
		used++;
	}
	return -1;
}

void serve_forever(int in, int out)
{
	char line[1024];

	control_out = out;
	while (!read_line(in, line, sizeof(line)))
		run_line(line);
	_exit(0);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* children are not waited for: no zombies */
	serve_forever(STDIN_FILENO, STDOUT_FILENO);
}
