// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>The programs of Targets/threads, and a listener that lets them connect and never answers.</summary>
internal sealed class BlockedPrograms : IAsyncDisposable
{
    private static readonly string Sources = Path.Combine(Repository.Sources, "Targets", "threads");
    private static readonly string[] Flags = ["-std=gnu++17", "-O2", "-g", "-fomit-frame-pointer", "-fno-optimize-sibling-calls", "-Wall", "-Wextra", "-Werror", "-pthread"];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Child> _children = [];

    public BlockedPrograms() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async Task<Child> StartNative(int threads = 0) => await Begin("connected", await Compile("blocked"), $"{Port}", $"{threads}");

    public async Task<Child> StartBusy() => await Begin("busy", await Compile("busy"));

    public Task<Child> StartPython() => Begin("connected", "/usr/bin/python3", Source("blocked.py"), $"{Port}");

    public Task<Child> StartPhp() => Begin("connected", "/usr/bin/php", Source("blocked.php"), $"{Port}");

    /// <summary>"blocked.py:9", the line that ends with a comment.</summary>
    public static string Line(string file, string comment) =>
        $"{file}:{1 + Array.FindIndex(File.ReadAllLines(Source(file)), line => line.EndsWith($" {comment}", StringComparison.Ordinal))}";

    public static string Source(string file) => Path.Combine(Sources, file);

    /// <summary>Without frame pointers.</summary>
    public static async Task<string> Compile(string program)
    {
        string path = Path.Combine(TargetPrograms.Folder, "threads", program);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.GetLastWriteTimeUtc(path) < File.GetLastWriteTimeUtc(Source(program + ".cpp")))
            await Command.MustRun("g++", [.. Flags, "-o", path, Source(program + ".cpp")]);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Child child in _children)
            await child.DisposeAsync();
        _listener.Dispose();
    }

    private async Task<Child> Begin(string answer, string file, params string[] arguments)
    {
        Child child = Child.Start(file, arguments);
        _children.Add(child);
        string line = await child.ReadLine();
        return line == answer ? child : throw new InvalidOperationException($"{file} said {line}");
    }
}
