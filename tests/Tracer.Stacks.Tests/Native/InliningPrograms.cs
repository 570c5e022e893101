// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Tests.Native;

/// <summary>Compiles programs with debug information and inlined functions, once per test class. They are read, never run.</summary>
public sealed class InliningPrograms : IDisposable
{
    private const string Header = """
        #pragma once
        #include <unistd.h>

        namespace net {
        struct Conn {
            int fd;
            __attribute__((always_inline)) int read_once(char *buffer) const {
                return static_cast<int>(::read(fd, buffer, 1));
            }
        };
        }
        """;

    private const string Source = """
        #include "conn.h"

        namespace net {
        namespace {
        __attribute__((always_inline)) inline int fill(const Conn &conn, char *buffer) {
            return conn.read_once(buffer) + 1;
        }
        }

        template <typename T> __attribute__((always_inline)) inline T handle(const Conn &conn, char *buffer) {
            T filled = fill(conn, buffer);
            return filled * 2;
        }
        }

        extern "C" __attribute__((noinline)) long serve(int fd) {
            char byte = 0;
            net::Conn conn{fd};
            long handled = net::handle<long>(conn, &byte);
            return handled + byte;
        }

        static __attribute__((noinline)) long serve_twice(int fd) { return serve(fd) + serve(fd + 1); }

        namespace net {
        __attribute__((noinline)) long pump(int fd) {
            char byte = 0;
            Conn conn{fd};
            return handle<long>(conn, &byte) - byte;
        }
        }

        int main(int argc, char **) { return serve_twice(argc) == net::pump(argc); }
        """;

    // The one that compiles the BPF objects.
    private static readonly string Clang = Environment.GetEnvironmentVariable("CLANG") is { Length: > 0 } chosen ? chosen : "clang-16";

    private readonly TempFolder _folder = new();

    public InliningPrograms()
    {
        File.WriteAllText(_folder["conn.h"], Header);
        File.WriteAllText(_folder["serve.cpp"], Source);
        TargetProgram.Run("g++", Options("gcc-4", "-gdwarf-4"));
        TargetProgram.Run("g++", Options("gcc-5", "-gdwarf-5"));
        TargetProgram.Run("g++", Options("gcc-compressed", "-gdwarf-5", "-gz=zlib"));
        TargetProgram.Run(Clang, Options("clang-5", "--driver-mode=g++", "-gdwarf-5"));
        // The sections are in no order of addresses, and some are thrown away.
        TargetProgram.Run(Clang, Options("clang-4", "--driver-mode=g++", "-gdwarf-4", "-ffunction-sections", "-Wl,--gc-sections"));
    }

    internal string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    private string[] Options(string output, params string[] options) =>
        ["-O2", "-fomit-frame-pointer", "-Wl,--build-id=sha1", .. options, "-o", _folder[output], _folder["serve.cpp"]];
}
