// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests.Threads;

/// <summary>Programs without frame pointers that block, or run for ever; compiled once per test class.</summary>
public sealed class NativePrograms : IDisposable
{
    private const string BlockedSource = """
        #include <arpa/inet.h>
        #include <cstdio>
        #include <cstdlib>
        #include <sys/socket.h>

        namespace app {
        struct Conn {
            int fd;
            char bytes[64];
            __attribute__((noinline)) long read_once() { return recv(fd, bytes, sizeof(bytes), 0) + 1; }
        };

        template <typename T> __attribute__((noinline)) long handle(T &conn, int depth) {
            volatile char frame[48] = {};
            return (depth ? handle(conn, depth - 1) : conn.read_once()) + frame[depth % 48];
        }

        static int compare(const void *left, const void *) {
            return static_cast<int>(handle(*static_cast<Conn *>(const_cast<void *>(left)), 20));
        }
        }

        int main(int, char **arguments) {
            sockaddr_in address = {};
            address.sin_family = AF_INET;
            address.sin_port = htons(static_cast<unsigned short>(std::atoi(arguments[1])));
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            app::Conn conns[2] = {};
            conns[0].fd = conns[1].fd = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(conns[0].fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)))
                return 1;
            std::qsort(conns, 2, sizeof(conns[0]), app::compare);
            return 0;
        }
        """;

    private const string BusySource = """
        static __attribute__((noinline)) unsigned long work(unsigned long value, int depth) {
            volatile char frame[32] = {};
            return (depth ? work(value * 31, depth - 1) : value ^ value >> 7) + frame[depth % 32];
        }

        int main() {
            for (volatile unsigned long value = 1;;)
                value = work(value, static_cast<int>(value % 50));
        }
        """;

    private readonly TempFolder _folder = new();

    public NativePrograms()
    {
        Compile("blocked", BlockedSource);
        Compile("busy", BusySource);
    }

    /// <summary>Connects to a port and blocks in recv, 21 frames below a callback from libc.</summary>
    internal string Blocked => _folder["blocked"];

    /// <summary>Calls and returns all the time.</summary>
    internal string Busy => _folder["busy"];

    public void Dispose() => _folder.Dispose();

    private void Compile(string name, string source)
    {
        File.WriteAllText(_folder[name + ".cpp"], source);
        TargetProgram.Run("g++", "-O2", "-g", "-fomit-frame-pointer", "-fno-optimize-sibling-calls", "-o", _folder[name], _folder[name + ".cpp"]);
    }
}
