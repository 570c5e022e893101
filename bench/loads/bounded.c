/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounded SECONDS COMMAND...: becomes the command, with its output thrown away. The alarm survives the exec: even when nobody
 * is left to end it, the command ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int nowhere = open("/dev/null", O_WRONLY);

	if (argc < 3 || nowhere < 0)
		return 2;
	dup2(nowhere, STDOUT_FILENO);
	alarm(atoi(argv[1]));
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
