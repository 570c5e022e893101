// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Tracer.Commands;
using Tracer.Daemon;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_are_the_long_flags()
    {
        string path = _folder.Write("c.json", """
            {
              // Comments and a trailing comma are fine.
              "socket": "/tmp/y.sock", "listen": "127.0.0.1:5", "ring-size": 8, "stack-budget": "7/s", "scan-period": "3s",
              "hooks": { "close": "kprobe" }, "port": [80, "443"], "pid": "1,2", "verbose": true,
            }
            """);
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync("--config", path);
        Assert.Equal("", run.Error);
        Assert.NotNull(options);
        Assert.Equal(("/tmp/y.sock", new IPEndPoint(IPAddress.Loopback, 5), 8, 7), (options.SocketPath, options.Listen, options.RingSizeMiB, options.StacksPerSecond));
        Assert.Equal((TimeSpan.FromSeconds(3), "kprobe", true), (options.ScanPeriod, options.ForcedHooks["close"], options.Verbose));
        Assert.Equal("""{ "pids": [ 1, 2 ], "ports": [ 80, 443 ] }""", options.Scope?.ToString());
    }

    [Fact]
    public async Task Conditions_are_a_list_of_texts()
    {
        string path = _folder.Write("c.json", """{ "capture-when": ["close_wait > 500", "growth > 50/min per process"], "capture-dir": "/scenes", "capture-keep": 3 }""");
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync("--config", path);
        Assert.Equal("", run.Error);
        Assert.NotNull(options);
        Assert.Equal(["close_wait > 500", "growth > 50/min per process"], options.CaptureWhen.Select(condition => condition.ToString()));
        Assert.Equal(("/scenes", 3), (options.CaptureDirectory, options.CaptureKeep));
    }

    [Fact]
    public async Task A_flag_beats_the_file()
    {
        string path = _folder.Write("c.json", """{ "ring-size": 8, "port": 80, "verbose": true }""");
        (_, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync("--config", path, "--ring-size", "4", "--port", "443", "--verbose", "false");
        Assert.NotNull(options);
        Assert.Equal((4, """{ "ports": [ 443 ] }""", false), (options.RingSizeMiB, options.Scope?.ToString(), options.Verbose));
    }

    [Theory]
    [InlineData("""{ "colour": 1 }""", "colour")]
    [InlineData("""{ "lifeline": true }""", "lifeline")]
    [InlineData("""{ "config": "x" }""", "config")]
    [InlineData("""{ "Socket": "x" }""", "Socket")]
    public async Task An_unknown_key_warns_and_the_daemon_starts(string json, string key)
    {
        string path = _folder.Write("c.json", json);
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync("--config", path);
        Assert.Equal($"closewait: {path}: unknown key '{key}' is ignored\n", run.Error);
        Assert.Equal((ExitCode.Ok, false), (run.ExitCode, options?.Lifeline));
    }

    [Theory]
    [InlineData("""{ "ring-size": 3 }""", "{0}: ring-size: '3' is not a power of two")]
    [InlineData("""{ "ring-size": [1, 2] }""", "{0}: ring-size: takes one value, not 2")]
    [InlineData("""{ "ring-size": null }""", "{0}: ring-size: takes a string, a number, a boolean or a list of these")]
    [InlineData("""{ "port": [[80]] }""", "{0}: port: takes a string, a number, a boolean or a list of these")]
    [InlineData("""{ "port": [80, 0] }""", "{0}: port: '0' is not a port (1 to 65535)")]
    [InlineData("""{ "verbose": "yes" }""", "{0}: verbose: 'yes' is neither true nor false")]
    [InlineData("[]", "--config: '{0}' does not hold a JSON object")]
    [InlineData("{ \"port\":\n 80", "--config: '{0}' is not valid JSON: line 2, byte 4")]
    [InlineData("", "--config: '{0}' is not valid JSON: line 1, byte 1")]
    [InlineData("\0\u0001binary", "--config: '{0}' is not valid JSON: line 1, byte 1")]
    public async Task A_bad_file_is_one_line(string content, string line)
    {
        string path = _folder.Write("c.json", content);
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync("--config", path);
        run.AssertOneLine(ExitCode.Usage, "closewait: " + line.Replace("{0}", path, StringComparison.Ordinal));
        Assert.Null(options);
    }

    [Fact]
    public async Task A_file_that_is_absent_or_a_folder_is_one_line()
    {
        string absent = _folder.PathOf("absent");
        (CommandRun run, _) = await CommandRun.ReadDaemonOptionsAsync("--config", absent);
        run.AssertOneLine(ExitCode.Usage, $"closewait: --config: '{absent}' cannot be read: Could not find file '{absent}'.");
        (run, _) = await CommandRun.ReadDaemonOptionsAsync("--config", "/");
        Assert.StartsWith("closewait: --config: '/' cannot be read:", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
    }

    [Fact]
    public async Task A_file_without_an_end_is_refused()
    {
        (CommandRun run, _) = await CommandRun.ReadDaemonOptionsAsync("--config", "/dev/zero");
        run.AssertOneLine(ExitCode.Usage, "closewait: --config: '/dev/zero' is larger than 1 MiB");
    }
}
