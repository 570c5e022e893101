/* SPDX-License-Identifier: Apache-2.0 */
/* What a process holds of BPF, by /proc/PID/fdinfo: other daemons on this machine are none of ours. */
#include "held.h"
#include <bpf/bpf.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_HELD 1024

static unsigned int id_in(const char *path, const char *kind)
{
	FILE *file = fopen(path, "r");
	size_t length = strlen(kind);
	unsigned int id = 0;
	char line[256];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, kind, length) && line[length] == ':')
			id = strtoul(line + length + 1, NULL, 10);
	fclose(file);
	return id;
}

/* A link shows the program behind it: the same object may be met several times. */
static int is_new(unsigned int id, unsigned int *seen, unsigned int *count)
{
	for (unsigned int i = 0; i < *count; i++)
		if (seen[i] == id)
			return 0;
	if (*count == MOST_HELD) {
		fprintf(stderr, "more than %d BPF objects\n", MOST_HELD);
		exit(1);
	}
	seen[(*count)++] = id;
	return 1;
}

void each_held(const char *pid, const char *kind, void (*found)(int fd, void *context), void *context)
{
	unsigned int seen[MOST_HELD], count = 0;
	char path[512];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	folder = opendir(path);
	if (!folder) {
		perror(path);
		exit(1);
	}
	while ((entry = readdir(folder))) {
		unsigned int id;
		int fd;

		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		id = id_in(path, kind);
		if (!id || !is_new(id, seen, &count))
			continue;
		fd = strcmp(kind, "map_id") ? bpf_prog_get_fd_by_id(id) : bpf_map_get_fd_by_id(id);
		if (fd >= 0)
			found(fd, context);
	}
	closedir(folder);
}
