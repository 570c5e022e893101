// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Tracer.Commands;
using Tracer.Daemon;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

public sealed class RunCommandTests
{
    [Fact]
    public async Task Without_flags_the_standards_hold()
    {
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync();
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.NotNull(options);
        Assert.Equal("/run/closewait/closewait.sock", options.SocketPath);
        Assert.Equal((null, null, null, false, false), (options.SocketGroup, options.Listen, options.BtfPath, options.Lifeline, options.Verbose));
        Assert.Empty(options.ForcedHooks);
        Assert.Empty(options.CaptureWhen);
        Assert.Equal(("/var/lib/closewait", 16, 64), (options.CaptureDirectory, options.CaptureKeep, options.CaptureMaxMiB));
        Assert.Null(options.Scope);
    }

    [Fact]
    public async Task Every_flag_reaches_the_daemon()
    {
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync(
            "--socket", "/tmp/x.sock", "--socket-group", "adm", "--listen", "[::]:50051", "--tls-cert", "c", "--tls-key", "k", "--client-ca", "a",
            "--ring-size", "32", "--max-sockets", "1000", "--scan-period", "2s", "--stack-budget", "50/s", "--hooks", "close=kprobe,accept=syscall",
            "--btf", "/btf", "--port", "80,443", "--pid", "5", "--netns", "9", "--cgroup", "/a", "--family", "6", "--lport", "1", "--rport", "2", "-v",
            "--user-frame-rules", "/rules", "--source-lines", "all", "--unwind-rows", "100000",
            "--capture-when", "close_wait > 500", "--capture-when", "fd_share > 80%, close_wait>500", "--capture-dir", "/scenes/../scenes", "--capture-keep", "3",
            "--capture-max-size", "5");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.NotNull(options);
        Assert.Equal(("/tmp/x.sock", "adm", new IPEndPoint(IPAddress.IPv6Any, 50051)), (options.SocketPath, options.SocketGroup, options.Listen));
        Assert.Equal(("c", "k", "a"), (options.TlsCertificatePath, options.TlsKeyPath, options.ClientCaPath));
        Assert.Equal((32, 1000, TimeSpan.FromSeconds(2), 50), (options.RingSizeMiB, options.MaxSockets, options.ScanPeriod, options.StacksPerSecond));
        Assert.Equal(new Dictionary<string, string> { ["close"] = "kprobe", ["accept"] = "syscall" }, options.ForcedHooks);
        Assert.Equal(("/btf", true), (options.BtfPath, options.Verbose));
        Assert.Equal(["close_wait > 500", "fd_share > 80%"], options.CaptureWhen.Select(condition => condition.ToString()));
        Assert.Equal(("/scenes", 3, 5), (options.CaptureDirectory, options.CaptureKeep, options.CaptureMaxMiB));
        Assert.Equal(("/rules", "all", 100_000), (options.UserFrameRulesPath, options.SourceLines, options.UnwindRows));
        Assert.Equal(
            """{ "pids": [ 5 ], "ports": [ 80, 443 ], "localPorts": [ 1 ], "remotePorts": [ 2 ], "netns": [ 9 ], "cgroups": [ "/a" ], "families": [ "FAMILY_IPV6" ] }""",
            options.Scope?.ToString());
    }

    [Theory]
    [InlineData("--ring-size 3", "--ring-size: '3' is not a power of two")]
    [InlineData("--ring-size 2048", "--ring-size: '2048' is not a number from 1 to 1024")]
    [InlineData("--max-sockets 0", "--max-sockets: '0' is not a number from 1 to 16777216")]
    [InlineData("--scan-period 1ms", "--scan-period: '1ms' is not between 100ms and 1h")]
    [InlineData("--source-lines some", "--source-lines: 'some' is not trusted, all or off")]
    [InlineData("--unwind-rows 1", "--unwind-rows: '1' is not a number from 65536 to 67108864")]
    [InlineData("--stack-budget lots", "--stack-budget: 'lots' is not a number from 0 to 1000000")]
    [InlineData("--listen 50051", "--listen: '50051' is not ADDRESS:PORT")]
    [InlineData("--listen 127.0.0.1:0", "--listen: '127.0.0.1:0' is not ADDRESS:PORT")]
    [InlineData("--listen example.org:1", "--listen: 'example.org:1' needs an address of this host, not a name")]
    [InlineData("--listen 0.0.0.0:1", "--listen: '0.0.0.0:1' is not loopback: give --tls-cert, --tls-key and --client-ca")]
    [InlineData("--listen 0.0.0.0:1 --tls-cert c --tls-key k", "--tls-cert, --tls-key and --client-ca belong together: one of them is missing")]
    [InlineData("--tls-cert c --tls-key k --client-ca a", "--tls-cert: only a TCP listener has TLS; give --listen too")]
    [InlineData("--hooks close=a,close=b", "--hooks: 'close=b' forces 'close' a second time")]
    [InlineData("--hooks =a", "--hooks: '=a' is not FACT=RUNG")]
    [InlineData("--capture-when close_wait<5", "--capture-when: 'close_wait<5' compares with something other than > or >=")]
    [InlineData("--capture-when close_wait>5 --capture-keep 0", "--capture-keep: '0' is not a number from 1 to 10000")]
    [InlineData("--capture-when close_wait>5 --capture-max-size 0", "--capture-max-size: '0' is not a number from 1 to 16384")]
    [InlineData("--capture-when close_wait>5,", "--capture-when: 'close_wait>5,' has an empty item")]
    [InlineData("--capture-dir /x", "--capture-dir: no scene is saved without --capture-when")]
    [InlineData("--comm nginx", "unknown option '--comm' (see closewait run --help)")]
    [InlineData("--pid x", "--pid: 'x' is not a process id")]
    public async Task A_bad_value_is_named_and_no_daemon_starts(string arguments, string line)
    {
        (CommandRun run, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync(arguments.Split(' '));
        run.AssertOneLine(ExitCode.Usage, "closewait: " + line);
        Assert.Null(options);
    }

    [Fact]
    public async Task Loopback_needs_no_certificates()
    {
        (_, DaemonOptions? options) = await CommandRun.ReadDaemonOptionsAsync("--listen", "localhost:50051");
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 50051), options?.Listen);
    }

    [Fact]
    public async Task The_exit_code_of_the_daemon_is_the_exit_code_of_the_command()
    {
        var entryPoints = new DaemonEntryPoints((_, _) => Task.FromResult(ExitCode.KernelUnsupported), (_, _, _) => ExitCode.NotPermitted);
        Assert.Equal(5, (await CommandRun.StartAsync(context => context with { Daemon = entryPoints }, ["run"])).ExitCode);
        Assert.Equal(4, (await CommandRun.StartAsync(context => context with { Daemon = entryPoints }, ["check"])).ExitCode);
    }

    [Fact]
    public async Task The_end_of_its_input_ends_a_daemon_on_a_lifeline()
    {
        bool hasEnded = false;
        var entryPoints = new DaemonEntryPoints(
            async (_, stop) =>
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(30), stop));
                hasEnded = true;
                return 0;
            },
            (_, _, _) => 0);
        await CommandRun.StartAsync(context => context with { Daemon = entryPoints, Input = new MemoryStream([1, 2, 3]) }, ["run", "--lifeline"]);
        Assert.True(hasEnded);
    }

    [Fact]
    public async Task Check_gets_its_hooks_and_the_format()
    {
        (string? Rung, bool Json) seen = default;
        var entryPoints = new DaemonEntryPoints(
            (_, _) => Task.FromResult(0),
            (options, json, output) =>
            {
                seen = (options.ForcedHooks["close"], json);
                output.WriteLine("checked");
                return 0;
            });
        CommandRun run = await CommandRun.StartAsync(context => context with { Daemon = entryPoints }, ["check", "--json", "--hooks", "close=kprobe"]);
        Assert.Equal(("kprobe", true), seen);
        Assert.Equal("checked\n", run.Out);
    }
}
