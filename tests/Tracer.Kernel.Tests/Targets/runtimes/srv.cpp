// SPDX-License-Identifier: Apache-2.0
// srv PORT: see LeakingProgram.cs. Compiled without frame pointers; each socket is used below a callback of qsort (C without C++ tables of its
// own), a std::function, a method of a template and twenty-one frames of recursion.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#define APART __attribute__((noipa)) // a frame of its own, under its own name

static volatile int sink; // written after a call: the call is no jump

namespace app {

constexpr int Depth = 20;

struct Conn {
	int fd = -1;

	APART void openOnce(int port);
	APART void sendOnce();
	APART void readOnce();
	APART void closeOnce();
};

static std::vector<Conn> kept;
static int port;

static inline __attribute__((always_inline)) bool receive(int fd)
{
	char buffer[4096];

	return recv(fd, buffer, sizeof(buffer), 0) > 0; // receives
}

APART void Conn::openOnce(int number)
{
	sockaddr_in peer{};

	peer.sin_family = AF_INET;
	peer.sin_port = htons(number);
	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, reinterpret_cast<sockaddr *>(&peer), sizeof(peer))) // connects
		std::abort();
	sink = fd;
}

APART void Conn::sendOnce()
{
	sink = send(fd, "x", 1, 0);
}

APART void Conn::readOnce()
{
	while (receive(fd)) // reads
		sink = fd;
	sink = -1;
}

APART void Conn::closeOnce()
{
	sink = close(fd);
}

APART void level3(int number)
{
	Conn conn;

	conn.openOnce(number);
	kept.push_back(conn);
	conn.sendOnce();
	conn.readOnce();
	sink = 3;
}

static int used;

APART int compare(const void *left, const void *right)
{
	if (!used++)
		level3(port);
	return std::memcmp(left, right, sizeof(int));
}

APART void level2()
{
	int pair[] = { 1, 2 };

	used = 0;
	std::qsort(pair, 2, sizeof(int), compare);
	sink = pair[0];
}

} // namespace app

template <typename T> struct Handler {
	std::function<void(T)> work;

	APART T handle(T value)
	{
		work(value);
		sink = 1;
		return value;
	}
};

namespace app {

APART int rec(int depth)
{
	int below;

	if (depth == 0) {
		Handler<long> handler{ [](long) { level2(); sink = 2; } };

		return handler.handle(7);
	}
	below = rec(depth - 1);
	sink = below;
	return below + 1;
}

APART void closeAll()
{
	for (Conn &conn : kept)
		conn.closeOnce();
	kept.clear();
}

APART void serve()
{
	char line[64];

	while (std::fgets(line, sizeof(line), stdin)) {
		bool leaks = !std::strcmp(line, "leak\n");

		if (leaks)
			sink = rec(Depth);
		else
			closeAll();
		std::puts(leaks ? "ready" : "closed");
		std::fflush(stdout);
	}
}

} // namespace app

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	app::port = std::atoi(argv[1]);
	app::serve();
	return 0;
}
