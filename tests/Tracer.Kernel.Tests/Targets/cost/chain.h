/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdlib.h>

static int leaf(void);
static int with_library;

/*
 * Twenty-five different functions, as in a real program, so that no rule is looked up twice in a row; each fourth calls the
 * next one through the C library, as sorting, callbacks and thread starts do. Their result is needed afterwards: no tail calls.
 */
static int level_0(int depth)
{
	(void)depth;
	return leaf();
}

static __thread int (*next_level)(int);
static void *(*volatile search)(const void *, const void *, size_t, size_t, int (*)(const void *, const void *)) = bsearch; /* not inlined */

static int through_library(const void *key, const void *element)
{
	(void)element;
	return !next_level(*(const int *)key);
}

#define LEVEL(n, below, words, library)                                               \
	static __attribute__((noinline)) int level_##n(int depth)                     \
	{                                                                             \
		volatile long local[words] = { depth };                               \
		int less = depth - 1, result;                                         \
                                                                                      \
		next_level = level_##below;                                           \
		if (depth <= 0)                                                       \
			result = leaf();                                              \
		else if (library && with_library)                                     \
			result = search(&less, &less, 1, 1, through_library) != NULL; \
		else                                                                  \
			result = level_##below(less);                                 \
		return result + (local[0] != depth);                                  \
	}

/* clang-format off */
LEVEL(1, 0, 1, 0) LEVEL(2, 1, 5, 0) LEVEL(3, 2, 12, 0) LEVEL(4, 3, 3, 1) LEVEL(5, 4, 7, 0) LEVEL(6, 5, 21, 0)
LEVEL(7, 6, 2, 0) LEVEL(8, 7, 9, 1) LEVEL(9, 8, 4, 0) LEVEL(10, 9, 33, 0) LEVEL(11, 10, 6, 0) LEVEL(12, 11, 14, 1)
LEVEL(13, 12, 1, 0) LEVEL(14, 13, 8, 0) LEVEL(15, 14, 2, 0) LEVEL(16, 15, 17, 1) LEVEL(17, 16, 5, 0) LEVEL(18, 17, 3, 0)
LEVEL(19, 18, 11, 0) LEVEL(20, 19, 2, 1) LEVEL(21, 20, 6, 0) LEVEL(22, 21, 26, 0) LEVEL(23, 22, 4, 0) LEVEL(24, 23, 1, 1)
/* clang-format on */

#define CHAIN_DEPTH 24 /* with what is above and below it some 30 frames */

#endif
