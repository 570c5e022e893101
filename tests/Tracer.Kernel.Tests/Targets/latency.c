/* SPDX-License-Identifier: Apache-2.0 */
/*
 * latency ROUNDS CALLS: for each line of its input, the least time of ROUNDS rounds of CALLS
 * getppid() calls, in picoseconds per call. The minimum is what the code costs when nobody
 * else runs on the processor.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static uint64_t round_ns(long calls)
{
	uint64_t start = now_ns();

	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	return now_ns() - start;
}

int main(int argc, char **argv)
{
	int rounds = argc == 3 ? atoi(argv[1]) : 0;
	long calls = argc == 3 ? atol(argv[2]) : 0;
	cpu_set_t processor;
	char line[16];

	if (rounds <= 0 || calls <= 0)
		return 2;
	CPU_ZERO(&processor);
	CPU_SET(sched_getcpu(), &processor);
	sched_setaffinity(0, sizeof(processor), &processor);
	while (fgets(line, sizeof(line), stdin)) {
		uint64_t least = UINT64_MAX;

		for (int i = 0; i < rounds; i++) {
			uint64_t ns = round_ns(calls);

			if (ns < least)
				least = ns;
		}
		printf("%llu\n", (unsigned long long)(least * 1000 / calls));
		fflush(stdout);
	}
	return 0;
}
