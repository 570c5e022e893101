// SPDX-License-Identifier: Apache-2.0
// blocked PORT THREADS: connects to 127.0.0.1:PORT and waits for an answer that never comes; THREADS more threads sleep 20 calls deep.
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

namespace app {

struct Conn {
	int fd;
	char bytes[64];
	long wait_for_answer();
};

__attribute__((noinline)) long Conn::wait_for_answer()
{
	return recv(fd, bytes, sizeof(bytes), 0) + 1; // waits
}

__attribute__((noinline)) static long serve(Conn &conn)
{
	return conn.wait_for_answer() + 1; // serves
}

__attribute__((noinline)) static long idle(int depth)
{
	volatile char frame[48] = {};

	return (depth ? idle(depth - 1) : pause()) + frame[depth % 48];
}

static void *run_idle(void *)
{
	return reinterpret_cast<void *>(idle(20));
}

} // namespace app

int main(int, char **arguments)
{
	sockaddr_in address = {};
	app::Conn conn = {};

	for (int i = std::atoi(arguments[2]); i > 0; i--) {
		pthread_t thread;

		if (pthread_create(&thread, nullptr, app::run_idle, nullptr))
			return 1;
	}
	address.sin_family = AF_INET;
	address.sin_port = htons(static_cast<unsigned short>(std::atoi(arguments[1])));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	conn.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(conn.fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)))
		return 1;
	std::puts("connected");
	std::fflush(stdout);
	return static_cast<int>(app::serve(conn));
}
