// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tracer.Wire.Tests;

/// <summary>bpf/layout.bpf.c, compiled once for the class and deleted with it.</summary>
public sealed class LayoutObject : IDisposable
{
    private static readonly string[] Compilers = ["clang", .. Enumerable.Range(14, 12).Reverse().Select(version => $"clang-{version}")];

    private readonly string _folder = Directory.CreateTempSubdirectory("closewait-layout-").FullName;

    public LayoutObject()
    {
        string root = RepositoryRoot.Locate();
        string objectPath = Path.Combine(_folder, "layout.bpf.o");
        Header = File.ReadAllText(Path.Combine(root, "bpf", "wire.h"));
        Compile(Path.Combine(root, "bpf"), objectPath);
        Btf = new BtfFile(objectPath);
    }

    /// <summary>Text of wire.h.</summary>
    public string Header { get; }

    internal BtfFile Btf { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Compile(string source, string objectPath)
    {
        // Where Debian keeps asm/types.h; other distributions need no extra folder.
        string machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        ProcessStartInfo start = new(FindCompiler())
        {
            ArgumentList =
            {
                "-target", "bpf", "-g", "-O2", "-Wall", "-Wextra", "-Werror", "-I", source, "-I", $"/usr/include/{machine}-linux-gnu",
                "-c", Path.Combine(source, "layout.bpf.c"), "-o", objectPath,
            },
            RedirectStandardError = true,
        };
        using Process clang = Process.Start(start)!;
        string errors = clang.StandardError.ReadToEnd();
        clang.WaitForExit();
        Assert.True(clang.ExitCode == 0, errors);
    }

    private static string FindCompiler()
    {
        string? chosen = Environment.GetEnvironmentVariable("CLANG");
        if (!string.IsNullOrEmpty(chosen))
            return chosen;
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return Compilers.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("clang is missing: apt-get install clang, or set CLANG.");
    }
}
