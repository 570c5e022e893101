// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests;

/// <summary>Compiles the target once per test class. The program prints the run-time address of one of its functions and waits.</summary>
public sealed class CompiledPrograms : IDisposable
{
    private const string Source = """
        #include <cstdio>
        #include <unistd.h>

        namespace game {
        struct Conn {
            int fd;
            __attribute__((noinline)) int on_readable(const char *what) const;
        };
        int Conn::on_readable(const char *what) const { return std::printf("%s %d\n", what, fd); }
        template <typename T> __attribute__((noinline)) T twice(T value) { return value + value; }
        }

        extern "C" __attribute__((noinline)) int plain_function(int value) { return game::twice(value) * 3; }
        static __attribute__((noinline)) int local_function(int value) { return plain_function(value) - 1; }

        int main(int argc, char **) {
            std::printf("%p\n", reinterpret_cast<void *>(&plain_function));
            std::fflush(stdout);
            char byte;
            while (read(0, &byte, 1) > 0) {
            }
            game::Conn conn{argc};
            return conn.on_readable("bye") + local_function(argc) > 0 ? 0 : 1;
        }
        """;

    private readonly TempFolder _folder = new();

    public CompiledPrograms()
    {
        File.WriteAllText(_folder["target.cpp"], Source);
        Compile(Dynamic);
        Compile(NoPie, "-no-pie");
        Compile(StaticPie, "-static-pie");
        TargetProgram.Run("strip", "-o", Stripped, Dynamic);
    }

    internal string Dynamic => _folder["dynamic"];

    internal string NoPie => _folder["no-pie"];

    internal string StaticPie => _folder["static-pie"];

    internal string Stripped => _folder["stripped"];

    internal string PathOf(string name) => _folder[name];

    public void Dispose() => _folder.Dispose();

    private void Compile(string output, params string[] options) =>
        TargetProgram.Run("g++", ["-O1", "-fno-inline", "-Wl,--build-id=sha1", .. options, "-o", output, _folder["target.cpp"]]);
}
