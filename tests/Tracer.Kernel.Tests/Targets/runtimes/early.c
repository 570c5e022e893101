// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program: uses a socket before the program's own start, and lets a moment pass, as a slow start would. EARLY_PORT: where.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((constructor)) static void connect_early(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	const char *port = getenv("EARLY_PORT");
	char byte = 'x';
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(port ? atoi(port) : 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) || write(fd, &byte, 1) != 1)
		_exit(1);
	while (read(fd, &byte, 1) > 0)
		;
	usleep(600000);
	close(fd);
}
