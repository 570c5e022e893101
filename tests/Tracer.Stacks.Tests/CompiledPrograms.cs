// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests;

/// <summary>
/// Compiles the targets once per test class. A target prints the address of plain_function, then waits; a line of input "load PATH" loads a library and
/// prints the address of its plugin_function, "exec PATH" becomes another program.
/// </summary>
public sealed class CompiledPrograms : IDisposable
{
    private const string Source = """
        #include <cstdio>
        #include <cstring>
        #include <dlfcn.h>
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

        static void obey(char *line) {
            line[std::strcspn(line, "\n")] = 0;
            if (std::strncmp(line, "exec ", 5) == 0)
                execl(line + 5, line + 5, static_cast<char *>(nullptr));
            if (std::strncmp(line, "load ", 5) == 0) {
                void *library = dlopen(line + 5, RTLD_NOW);
                std::printf("%p\n", library ? dlsym(library, "plugin_function") : nullptr);
                std::fflush(stdout);
            }
        }

        int main(int argc, char **) {
            std::printf("%p\n", reinterpret_cast<void *>(&plain_function));
            std::fflush(stdout);
            char line[4096];
            while (std::fgets(line, sizeof(line), stdin))
                obey(line);
            game::Conn conn{argc};
            return conn.on_readable("bye") + local_function(argc) > 0 ? 0 : 1;
        }
        """;

    private const string PluginSource = """
        extern "C" __attribute__((noinline)) int plugin_function(int value) { return value * 7; }
        """;

    private readonly TempFolder _folder = new();

    public CompiledPrograms()
    {
        File.WriteAllText(_folder["target.cpp"], Source);
        File.WriteAllText(_folder["plugin.cpp"], PluginSource);
        Compile(Dynamic, "target.cpp");
        Compile(NoPie, "target.cpp", "-no-pie");
        // dlopen in a static program draws a linker warning, which is of no concern: it is never called there.
        Compile(StaticPie, "target.cpp", "-static-pie");
        Compile(Plugin, "plugin.cpp", "-shared", "-fPIC");
        TargetProgram.Run("strip", "-o", Stripped, Dynamic);
    }

    internal string Folder => _folder.Path;

    internal string Dynamic => _folder["dynamic"];

    internal string NoPie => _folder["no-pie"];

    internal string StaticPie => _folder["static-pie"];

    internal string Stripped => _folder["stripped"];

    internal string Plugin => _folder["plugin.so"];

    internal string PathOf(string name) => _folder[name];

    public void Dispose() => _folder.Dispose();

    private void Compile(string output, string source, params string[] options) =>
        TargetProgram.Run("g++", ["-O1", "-fno-inline", "-Wl,--build-id=sha1", .. options, "-o", output, _folder[source]]);
}
