/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progstats PID: the kernel counts the run time of BPF programs as long as this runs. For each line of its input it prints
 * the runs and the nanoseconds of all programs together that the process holds.
 */
#include "held.h"
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <unistd.h>

struct sum {
	unsigned long long runs;
	unsigned long long nanoseconds;
};

static void add_program(int fd, void *context)
{
	struct bpf_prog_info info = {};
	struct sum *sum = context;
	__u32 size = sizeof(info);

	if (!bpf_obj_get_info_by_fd(fd, &info, &size)) {
		sum->runs += info.run_cnt;
		sum->nanoseconds += info.run_time_ns;
	}
	close(fd);
}

int main(int argc, char **argv)
{
	char line[16];

	if (argc != 2)
		return 2;
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) < 0) {
		perror("bpf_enable_stats");
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		struct sum sum = {};

		each_held(argv[1], "prog_id", add_program, &sum);
		printf("%llu %llu\n", sum.runs, sum.nanoseconds);
		fflush(stdout);
	}
	return 0;
}
