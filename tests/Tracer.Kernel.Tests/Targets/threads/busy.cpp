// SPDX-License-Identifier: Apache-2.0
// busy: never waits; calls and returns all the time.
#include <cstdio>

__attribute__((noinline)) static unsigned long work(unsigned long value, int depth)
{
	volatile char frame[32] = {};

	return (depth ? work(value * 31, depth - 1) : value ^ value >> 7) + frame[depth % 32];
}

int main()
{
	volatile unsigned long value = 1;

	std::puts("busy");
	std::fflush(stdout);
	for (;;)
		value = work(value, static_cast<int>(value % 50));
}
