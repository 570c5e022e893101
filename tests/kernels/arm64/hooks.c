// SPDX-License-Identifier: Apache-2.0
/*
 * Stands in for closewait in a guest that has no .NET: attaches programs of the
 * BPF object and prints, a line per fact, what they tell of one connection.
 *
 *   hooks probe                       each program by itself: attached, or the errno
 *   hooks follow PROGRAM...           a connection followed by these
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <arpa/inet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include "wire.h"
#include "hooks.skel.h"

#define RING_BYTES (1 << 20)
#define RECORDS 1024
#define TICK_NS 4000000 /* CONFIG_HZ=250 */
#define DEADLINE_S 20 /* an emulated guest is slow */
#define NEAR 65536

/* What the server knows of itself, to compare with what is told of it. */
struct scene {
	__u64 stack; /* an address on its stack, not far from the top */
	__u64 caller; /* a return address that its stacks must have */
	__u16 port;
};

static struct scene *scene;
static __u32 server;
static int stacks, stacks_with_caller;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---------------------------------------------------------------- what is followed */

/* Leaves its end in CLOSE_WAIT, after it has read all, until it is told to go on. */
static __attribute__((noinline)) void serve(int waiting, int go)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char byte = 0;
	int peer;

	scene->stack = (__u64)&address;
	scene->caller = (__u64)__builtin_return_address(0);
	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die("listen");
	scene->port = ntohs(address.sin_port);
	if (!fork()) {
		int client = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(client, (struct sockaddr *)&address, size) || write(client, &byte, 1) != 1 || read(client, &byte, 1) != 1)
			die("client");
		_exit(0);
	}
	peer = accept(listener, NULL, NULL);
	if (peer < 0 || recv(peer, &byte, 1, 0) != 1 || send(peer, &byte, 1, 0) != 1 || recv(peer, &byte, 1, 0) != 0)
		die("server");
	if (write(waiting, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		die("pipe");
	close(peer);
}

/* ---------------------------------------------------------------- what is told */

static const char *name_of(const struct tcp_actor *actor)
{
	if (!actor->pid)
		return "nobody";
	return actor->pid == server ? "server" : "stranger";
}

static void print_socket(const char *what, const struct tcp_socket_event *e)
{
	static const char *const origins[] = { "unknown", "connect", "accept", "adopted", "queued", "listen", "existed" };
	const struct tcp_record *record = &e->record;

	if (e->event.local_port != scene->port || e->event.old_state == TCP_WIRE_STATE_LISTEN)
		return;
	printf("%s by %s: origin %s %s, listener %s, read %s, end read %s, sent %s\n", what,
	       e->event.owner_source == TCP_OWNER_SOURCE_TASK ? name_of(&e->event.owner) : "nobody",
	       record->origin_kind < sizeof(origins) / sizeof(*origins) ? origins[record->origin_kind] : "?",
	       name_of(&record->origin), name_of(&record->listener), name_of(&record->last_read),
	       name_of(&record->eof_read), name_of(&record->first_send));
}

static void note_stack(const struct tcp_stack *stack)
{
	if (stack->pid != server)
		return;
	stacks++;
	for (int i = 0; i < stack->frame_count; i++) {
		if (stack->words[i] != scene->caller)
			continue;
		stacks_with_caller++;
		return;
	}
}

static void print_thread(const struct tcp_thread *row)
{
	if (row->pid == server)
		printf("thread: sp %s, fp %s, ip %s\n", row->sp - scene->stack + NEAR < 2 * NEAR ? "right" : "wrong",
		       row->fp - scene->stack + NEAR < 2 * NEAR ? "right" : "wrong", row->ip ? "known" : "unknown");
}

/* A record of the ring, or a row of an iterator. */
static int take(void *context, void *record, size_t size)
{
	const struct tcp_event_header *header = record;

	if (header->size != size || header->version != TCP_WIRE_VERSION)
		printf("a record of %u bytes says %u, version %u\n", (unsigned int)size, header->size, header->version);
	switch (header->kind) {
	case TCP_EVENT_KIND_CLOSE_WAIT_ENTER:
		print_socket("entered", record);
		break;
	case TCP_EVENT_KIND_CLOSE_WAIT_EXIT:
		print_socket("left", record);
		break;
	case TCP_EVENT_KIND_SNAPSHOT:
		print_socket("listed", record);
		break;
	case TCP_EVENT_KIND_HOLDER:
		if (((struct tcp_holder *)record)->pid == server)
			printf("held by server\n");
		break;
	case TCP_EVENT_KIND_THREAD:
		print_thread(record);
		break;
	case TCP_EVENT_KIND_PROCESS_EXIT:
		printf("exit of %s\n", ((struct tcp_process_exit *)record)->pid == server ? "server" : "stranger");
		break;
	case TCP_EVENT_KIND_STACK:
		note_stack(record);
		break;
	}
	return 0;
}

static void read_rows(struct bpf_link *link)
{
	static char buffer[1 << 16];
	size_t filled = 0, used = 0;
	int iterator;
	ssize_t got;

	if (!link)
		return;
	iterator = bpf_iter_create(bpf_link__fd(link));
	while ((got = read(iterator, buffer + filled, sizeof(buffer) - filled)) > 0)
		filled += got;
	if (iterator < 0 || got < 0)
		die("iterator");
	close(iterator);
	while (used < filled) {
		__u32 size = ((struct tcp_event_header *)(buffer + used))->size;

		take(NULL, buffer + used, size);
		used += size;
	}
}

static __u64 counter(const struct hooks *skel, __u32 index)
{
	__u64 values[2 * 64] = {}, sum = 0; /* two words of each processor: struct counter */

	if (libbpf_num_possible_cpus() > 64 || bpf_map_lookup_elem(bpf_map__fd(skel->maps.counters), &index, values))
		die("counters");
	for (int i = 0; i < 2 * libbpf_num_possible_cpus(); i++)
		sum += values[i];
	return sum;
}

static void print_counters(const struct hooks *skel)
{
	static const __u32 losses[] = { TCP_COUNTER_EVENTS_LOST, TCP_COUNTER_STACKS_LOST, TCP_COUNTER_STACKS_FAILED,
					TCP_COUNTER_STACKS_OVER_BUDGET, TCP_COUNTER_RECORDS_REFUSED, TCP_COUNTER_EXITS_LOST };
	__u64 lost = 0;

	for (size_t i = 0; i < sizeof(losses) / sizeof(*losses); i++)
		lost += counter(skel, losses[i]);
	printf("state changes: %s\n", counter(skel, TCP_COUNTER_TRANSITIONS) ? "counted" : "none");
	printf("events: %s\n", counter(skel, TCP_COUNTER_EVENTS_SUBMITTED) ? "submitted" : "none");
	printf("lost: %llu\n", (unsigned long long)lost);
	printf("doorbell: %s\n", counter(skel, TCP_COUNTER_DOORBELLS) && !skel->bss->control.doorbell_armed ? "rang" : "silent");
	printf("stacks: %s\n", !stacks ? "none" : stacks == stacks_with_caller ? "whole"
									       : "cut");
}

/* ---------------------------------------------------------------- programs */

static int parameters_of(const char *function, int otherwise)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int id = btf__find_by_name_kind(kernel, function, BTF_KIND_FUNC);
	int count = id < 0 ? otherwise : btf_vlen(btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type));

	btf__free(kernel);
	return count;
}

static struct hooks *open_with(int count, char **names)
{
	struct hooks *skel = hooks__open();
	struct bpf_program *program = NULL;

	if (!skel)
		die("open");
	while ((program = bpf_object__next_program(skel->obj, program))) {
		bool wanted = false;

		for (int i = 0; i < count; i++)
			wanted |= !strcmp(names[i], bpf_program__name(program));
		bpf_program__set_autoload(program, wanted);
	}
	bpf_map__set_max_entries(skel->maps.events, RING_BYTES);
	bpf_map__set_max_entries(skel->maps.records, RECORDS);
	skel->rodata->tick_ns = TICK_NS;
	skel->rodata->recvmsg_args = parameters_of("tcp_recvmsg", 5);
	skel->rodata->accept_args = parameters_of("inet_csk_accept", 2);
	return skel;
}

static int probe(void)
{
	struct hooks *names = hooks__open();
	struct bpf_program *program = NULL;

	while ((program = bpf_object__next_program(names->obj, program))) {
		char *name = (char *)bpf_program__name(program);
		struct hooks *skel = open_with(1, &name);
		int error = hooks__load(skel);
		struct bpf_link *link = error ? NULL : bpf_program__attach(bpf_object__find_program_by_name(skel->obj, name));

		if (error)
			printf("%s %s: not loaded, errno %d\n", bpf_program__section_name(program), name, -error);
		else if (!link)
			printf("%s %s: not attached, errno %d\n", bpf_program__section_name(program), name, errno);
		else
			printf("%s %s: attached\n", bpf_program__section_name(program), name);
		bpf_link__destroy(link);
		hooks__destroy(skel);
	}
	hooks__destroy(names);
	return 0;
}

static int follow(int count, char **names)
{
	struct hooks *skel = open_with(count, names);
	int waiting[2], go[2], status;
	struct ring_buffer *ring;
	__u8 watched = 1;
	char byte = 0;
	time_t begun;

	if (hooks__load(skel) || hooks__attach(skel))
		die("load and attach");
	ring = ring_buffer__new(bpf_map__fd(skel->maps.events), take, NULL, NULL);
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!ring || scene == MAP_FAILED || pipe(waiting) || pipe(go))
		die("prepare");
	skel->bss->control.watch_filters = TCP_WATCH_ALL;
	skel->bss->control.snapshot_states = 1 << TCP_WIRE_STATE_CLOSE_WAIT;
	skel->bss->control.doorbell_armed = 1;
	fflush(stdout);
	server = fork();
	if (!server) {
		serve(waiting[1], go[0]);
		_exit(0);
	}
	skel->bss->inspected_pid = server;
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.watched_pids), &server, &watched, BPF_ANY))
		die("watch the server");
	begun = time(NULL);
	if (ring_buffer__poll(ring, DEADLINE_S * 1000) < 0 || time(NULL) - begun >= DEADLINE_S)
		die("nothing woke the consumer");
	if (read(waiting[0], &byte, 1) != 1)
		die("the server");
	read_rows(skel->links.on_snapshot);
	read_rows(skel->links.on_descriptor);
	read_rows(skel->links.on_thread);
	if (write(go[1], &byte, 1) != 1 || waitpid(server, &status, 0) < 0 || status)
		die("the server's end");
	ring_buffer__consume(ring);
	print_counters(skel);
	ring_buffer__free(ring);
	hooks__destroy(skel);
	return 0;
}

int main(int count, char **words)
{
	if (count == 2 && !strcmp(words[1], "probe"))
		return probe();
	if (count > 2 && !strcmp(words[1], "follow"))
		return follow(count - 2, words + 2);
	return 2;
}
