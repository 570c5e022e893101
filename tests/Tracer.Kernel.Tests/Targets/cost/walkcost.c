/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walkcost OBJECT DAEMON SENDS TOUCH direct|library: sends SENDS bytes over a connection with itself from some 30 frames
 * down, while OBJECT (walk.bpf.c) times both walks of that stack with the unwind tables of the daemon whose pid is DAEMON.
 * Between two sends it writes TOUCH KiB of memory, so that caches are as a working program leaves them. "library": some
 * of the frames are the C library's. Prints medians in nanoseconds and what the last walk found.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/types.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "chain.h"
#include "held.h"
#include "walk.h"

#define WARM_UP 64
#define PATIENCE 4000 /* sends of 10 ms */

static const char *const shared[] = { "unwind_rows", "unwind_tables", "targets" };
static int sender, receiver, sent;
static size_t touched;
static char *memory;
static struct walk_sample *samples;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

struct wanted_map {
	const char *name;
	int fd;
};

static void compare_map(int fd, void *context)
{
	struct wanted_map *wanted = context;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (wanted->fd < 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) && !strcmp(info.name, wanted->name))
		wanted->fd = fd;
	else
		close(fd);
}

static int map_of(const char *daemon, const char *name)
{
	struct wanted_map wanted = { .name = name, .fd = -1 };

	each_held(daemon, "map_id", compare_map, &wanted);
	if (wanted.fd < 0) {
		fprintf(stderr, "no map %s in process %s\n", name, daemon);
		exit(1);
	}
	return wanted.fd;
}

static void attach(const char *path, const char *daemon)
{
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;
	struct bpf_map *data;
	size_t size;

	if (!object)
		die(path);
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		if (bpf_map__reuse_fd(bpf_object__find_map_by_name(object, shared[i]), map_of(daemon, shared[i])))
			die(shared[i]);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "events"), 1 << 20);
	data = bpf_object__find_map_by_name(object, ".data.tgid");
	*(__u32 *)bpf_map__initial_value(data, &size) = getpid();
	if (bpf_object__load(object))
		die("load");
	program = bpf_object__find_program_by_name(object, "on_timed_send");
	if (!bpf_program__attach(program))
		die("attach");
	samples = mmap(NULL, WALK_SAMPLES * sizeof(*samples), PROT_READ | PROT_WRITE, MAP_SHARED,
		       bpf_map__fd(bpf_object__find_map_by_name(object, "samples")), 0);
	if (samples == MAP_FAILED)
		die("samples");
}

static void connect_pair(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die("listen");
	sender = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(sender, (struct sockaddr *)&address, size))
		die("connect");
	receiver = accept(listener, NULL, NULL);
	close(listener);
}

static __attribute__((noinline)) int leaf(void)
{
	char byte = 'x';

	return send(sender, &byte, 1, 0) == 1;
}

static int by_size(const void *left, const void *right)
{
	__u64 a = *(const __u64 *)left, b = *(const __u64 *)right;

	return a < b ? -1 : a > b;
}

static __u64 median(size_t offset, int from, int count)
{
	__u64 *numbers = malloc(count * sizeof(*numbers)), result;

	for (int i = 0; i < count; i++)
		numbers[i] = *(__u64 *)((char *)&samples[from + i] + offset);
	qsort(numbers, count, sizeof(*numbers), by_size);
	result = numbers[count / 2];
	free(numbers);
	return result;
}

static void drain(void)
{
	char buffer[4096];

	while (recv(receiver, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
}

static const struct walk_sample *send_once(void)
{
	for (size_t at = 0; at < touched; at += 64)
		memory[at]++;
	if (sent == WALK_SAMPLES || !level_24(CHAIN_DEPTH))
		die("send");
	if (sent % 256 == 0)
		drain();
	return &samples[sent++];
}

/* The daemon needs a moment to read the tables of a program that it sees first. */
static void await_tables(void)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (!send_once()->hybrid_flags)
			return;
		usleep(10000);
	}
	fputs("no tables\n", stderr);
	exit(1);
}

static void measure(int sends)
{
	const struct walk_sample *last = NULL;
	int first = sent + WARM_UP;

	for (int i = 0; i < WARM_UP + sends; i++)
		last = send_once();
	printf("clock %llu kernel %llu hybrid %llu path %llu kernel-frames %u hybrid-frames %u end %u flags %u id %llx\n",
	       median(offsetof(struct walk_sample, clock_ns), first, sends), median(offsetof(struct walk_sample, kernel_ns), first, sends),
	       median(offsetof(struct walk_sample, hybrid_ns), first, sends), median(offsetof(struct walk_sample, path_ns), first, sends),
	       last->kernel_frames, last->hybrid_frames, last->hybrid_end, last->hybrid_flags, last->hybrid_id);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	touched = strtoul(argv[4], NULL, 10) * 1024;
	memory = calloc(1, touched + 1);
	with_library = !strcmp(argv[5], "library");
	connect_pair();
	attach(argv[1], argv[2]);
	await_tables();
	measure(atoi(argv[3]));
	return 0;
}
