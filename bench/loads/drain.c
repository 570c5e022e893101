/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drain BYTES: a ring of that size in memory, laid out as the kernel does (kernel/bpf/ringbuf.c). For each line of its input, a
 * number, it is filled and drained that many times; prints the nanoseconds per record of the fastest drain. What
 * Tracer.Bench does with the product's reader is the same, byte for byte.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECORD 120
#define HEADER 8
#define BUSY (1u << 31)
#define DISCARD (1u << 30)
#define BATCH 256 /* records between two publications of the position */

static uint8_t *data;
static uint64_t size, mask, consumer, producer, position, produced;
static volatile uint64_t sum; /* what was read is needed */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void fill(void)
{
	while (producer + RECORD + HEADER - consumer <= size) {
		uint8_t *header = data + (producer & mask);

		memset(header + HEADER, (int)producer, RECORD);
		*(uint32_t *)header = RECORD;
		producer += RECORD + HEADER;
	}
}

static const uint8_t *read_one(void)
{
	for (;;) {
		uint8_t *header = data + (position & mask);
		uint32_t word;

		if (position == produced) {
			produced = __atomic_load_n(&producer, __ATOMIC_ACQUIRE);
			if (position == produced)
				return NULL;
		}
		word = __atomic_load_n((uint32_t *)header, __ATOMIC_ACQUIRE);
		if (word & BUSY)
			return NULL;
		position += ((word & ~DISCARD) + HEADER + 7) & ~7ull;
		if (!(word & DISCARD))
			return header + HEADER;
	}
}

static uint64_t drain(void)
{
	uint64_t records = 0, total = 0;
	const uint8_t *record;

	while ((record = read_one())) {
		total += *(const uint64_t *)record + *(const uint64_t *)(record + 64);
		if (++records % BATCH == 0)
			__atomic_store_n(&consumer, position, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&consumer, position, __ATOMIC_RELEASE);
	sum += total;
	return records;
}

int main(int argc, char **argv)
{
	char line[32];

	size = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
	mask = size - 1;
	if (!size || size & mask)
		return 2;
	data = aligned_alloc(4096, 2 * size);
	memset(data, 0, 2 * size);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		double least = 1e9;

		for (int i = atoi(line); i > 0; i--) {
			uint64_t start, records;
			double each;

			fill();
			start = now();
			records = drain();
			each = (double)(now() - start) / records;
			least = each < least ? each : least;
		}
		printf("%.3f\n", least);
		fflush(stdout);
	}
	return 0;
}
