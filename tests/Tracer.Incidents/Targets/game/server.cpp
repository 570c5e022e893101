// SPDX-License-Identifier: Apache-2.0
// server PORT DESCRIPTORS Forgets|Closes|ClosesLate [KEEPALIVE]: a game server on 127.0.0.1 that echoes lines, one thread, level-triggered epoll.
// When a player leaves it forgets the descriptor (the bug), or closes it, or does so after 4 to 5 s. DESCRIPTORS is its RLIMIT_NOFILE.
// With KEEPALIVE a peer that is silent for a second is probed. A number on its input closes so many of the forgotten ones, the last one first; it ends
// with its input.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

using Clock = std::chrono::steady_clock;

class Server;

class Conn {
public:
	Conn(Server &server, int fd) : server(server), fd(fd) {}

	void on_readable();

private:
	Server &server;
	int fd;
};

class Server {
public:
	enum class Farewell { Forgets, Closes, ClosesLate };

	Server(int port, Farewell farewell, bool keepalive);

	void run();
	void drop(int fd);

private:
	static constexpr int Pause = 100; // ms

	void on_acceptable();
	void on_command();
	void close_due();
	void watch(int fd);

	std::unordered_map<int, std::unique_ptr<Conn>> conns;
	std::vector<int> forgotten;
	std::deque<std::pair<Clock::time_point, int>> late;
	int epoll, listener;
	Farewell farewell;
	bool keepalive;
	bool paused = false, told = false, ended = false;
};

static void must(int result, const char *what)
{
	if (result < 0) {
		std::perror(what);
		std::exit(1);
	}
}

void Conn::on_readable()
{
	char buffer[4096];
	ssize_t length = recv(fd, buffer, sizeof(buffer), 0); // reads

	if (length > 0)
		send(fd, buffer, length, MSG_NOSIGNAL);
	else
		server.drop(fd);
}

Server::Server(int port, Farewell farewell, bool keepalive) : farewell(farewell), keepalive(keepalive)
{
	sockaddr_in address{};
	int on = 1;

	address.sin_family = AF_INET;
	address.sin_port = htons(port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(epoll = epoll_create1(EPOLL_CLOEXEC), "epoll");
	must(listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
	must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "reuse");
	must(bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof(address)), "bind");
	must(listen(listener, 128), "listen");
	watch(listener);
	watch(STDIN_FILENO);
}

void Server::watch(int fd)
{
	epoll_event event{};

	event.events = EPOLLIN;
	event.data.fd = fd;
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "watch");
}

void Server::run()
{
	epoll_event events[64];

	while (!ended) {
		int count = epoll_wait(epoll, events, 64, Pause);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == listener)
				on_acceptable();
			else if (fd == STDIN_FILENO)
				on_command();
			else if (auto found = conns.find(fd); found != conns.end())
				found->second->on_readable();
		}
		close_due();
		if (count == 0 && paused) {
			watch(listener);
			paused = false;
		}
	}
}

void Server::on_acceptable()
{
	int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); // accepts
	int second = 1;

	if (fd < 0) {
		// What real servers do not do: they spin.
		must(epoll_ctl(epoll, EPOLL_CTL_DEL, listener, nullptr), "pause");
		paused = true;
		if (!told)
			std::perror("accept");
		told = true;
		return;
	}
	if (keepalive) {
		must(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &second, sizeof(second)), "keepalive");
		must(setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &second, sizeof(second)), "idle");
		must(setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof(second)), "interval");
		must(setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &second, sizeof(second)), "count");
	}
	conns[fd] = std::make_unique<Conn>(*this, fd);
	watch(fd);
}

// The player has left.
void Server::drop(int fd)
{
	must(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr), "unwatch");
	if (farewell == Farewell::Closes)
		close(fd);
	else if (farewell == Farewell::ClosesLate)
		late.emplace_back(Clock::now() + std::chrono::milliseconds(4000 + fd % 8 * 125), fd);
	else
		forgotten.push_back(fd); // for the tests alone: the real one knows it no more
	conns.erase(fd);
}

void Server::close_due()
{
	for (size_t i = late.size(); i > 0; i--) {
		auto [time, fd] = late.front();

		late.pop_front();
		if (time <= Clock::now())
			close(fd);
		else
			late.emplace_back(time, fd);
	}
}

void Server::on_command()
{
	char line[64];

	ssize_t length = read(STDIN_FILENO, line, sizeof(line) - 1);

	ended = length <= 0;
	if (ended)
		return;
	line[length] = 0;
	for (int count = std::atoi(line); count > 0 && !forgotten.empty(); count--) {
		close(forgotten.back()); // repairs
		forgotten.pop_back();
	}
	std::puts("closed");
	std::fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	std::string farewell = argv[3];
	rlimit limit{};

	must(getrlimit(RLIMIT_NOFILE, &limit), "limit");
	limit.rlim_cur = std::strtoul(argv[2], nullptr, 10);
	limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
	must(setrlimit(RLIMIT_NOFILE, &limit), "limit");
	Server server(std::atoi(argv[1]),
		      farewell == "Closes" ? Server::Farewell::Closes : farewell == "ClosesLate" ? Server::Farewell::ClosesLate : Server::Farewell::Forgets, argc > 4);

	std::puts("ready");
	std::fflush(stdout);
	server.run();
	return 0;
}
