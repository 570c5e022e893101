// SPDX-License-Identifier: Apache-2.0
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

/// <summary>Every wrong word gets one clear line and exit code 2.</summary>
public sealed class UsageTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { "", "a command is missing: run, why, top, list, stacks, threads, watch, check (see closewait --help)" },
        { "frobnicate", "unknown command 'frobnicate' (see closewait --help)" },
        { "--frobnicate", "unknown option '--frobnicate' (see closewait --help)" },
        { "list --cookie 1", "unknown option '--cookie' (see closewait list --help)" },
        { "list --verdict leak", "--verdict: 'leak' is not a verdict (never-accepted, eof-not-read, eof-read-not-closed, held-elsewhere ...)" },
        { "list --verdict unspecified", "--verdict: 'unspecified' is not a verdict (never-accepted, eof-not-read, eof-read-not-closed, held-elsewhere ...)" },
        { "list extra", "unexpected argument 'extra' (see closewait list --help)" },
        { "list @file", "unexpected argument '@file' (see closewait list --help)" },
        { "list --pid", "Required argument missing for option: '--pid' (see closewait list --help)" },
        { "list --pid zero", "--pid: 'zero' is not a process id" },
        { "list --pid 0", "--pid: '0' is not a process id" },
        { "list --pid -1", "--pid: '-1' is not a process id" },
        { "list --pid 4294967295", "--pid: '4294967295' is not a process id" },
        { "list --pid 1,,2", "--pid: '1,,2' has an empty item" },
        { "list --comm averyveryverylongname", "--comm: 'averyveryverylongname' never matches: the kernel keeps 15 bytes of a name" },
        { "list --port 65536", "--port: '65536' is not a port (1 to 65535)" },
        { "list --port 80,http", "--port: 'http' is not a port (1 to 65535)" },
        { "list --lport 0", "--lport: '0' is not a port (1 to 65535)" },
        { "list --rport -80", "--rport: '-80' is not a port (1 to 65535)" },
        { "list --peer 10.0.0", "--peer: '10.0.0' is not an address or a network (10.0.0.0/8, 2001:db8::/32)" },
        { "list --peer 010.0.0.1", "--peer: '010.0.0.1' is not an address or a network (10.0.0.0/8, 2001:db8::/32)" },
        { "list --peer 10.0.0.0/33", "--peer: '10.0.0.0/33' has a bad prefix length (0 to 32)" },
        { "list --peer fe80::1%eth0", "--peer: 'fe80::1%eth0' is not an address or a network (10.0.0.0/8, 2001:db8::/32)" },
        { "list --peer ::/129", "--peer: '::/129' has a bad prefix length (0 to 128)" },
        { "list --state half-open", "--state: 'half-open' is not a TCP state (close-wait, established, syn-sent ...)" },
        { "list --state 8", "--state: '8' is not a TCP state (close-wait, established, syn-sent ...)" },
        { "list --state unspecified", "--state: 'unspecified' is not a TCP state (close-wait, established, syn-sent ...)" },
        { "list --min-age 5", "--min-age: '5' is not a duration (500ms, 5s, 2m, 1h)" },
        { "list --min-age -5s", "--min-age: '-5s' is not a duration (500ms, 5s, 2m, 1h)" },
        { "list --min-age 99999d", "--min-age: '99999d' is longer than ten years" },
        { "list --netns eth0", "--netns: 'eth0' is not the inode of a network namespace (see readlink /proc/PID/ns/net)" },
        { "list --cgroup system.slice", "--cgroup: 'system.slice' is not a cgroup v2 path: it begins with '/', as in /proc/PID/cgroup" },
        { "list --direction up", "--direction: 'up' is not a direction (in, out or listen)" },
        { "list --family 5", "--family: '5' is not an address family (4 or 6)" },
        { "list --group-by color", "--group-by: 'color' is not process, peer, stack, listener or verdict" },
        { "list --stacks some", "--stacks: 'some' is not few, full or none" },
        { "list --stacks --group-by peer", "--stacks and --group-by exclude each other" },
        { "list --color sometimes", "--color: 'sometimes' is not auto, always or never" },
        { "list --count 0", "--count: '0' is not a number from 1 to 2147483647" },
        { "list --socket a --socket b", "Option '--socket' expects a single argument but 2 were provided (see closewait list --help)" },
        { "list --socket a --address localhost:1", "--socket and --address exclude each other" },
        { "list --address localhost", "--address: 'localhost' is not HOST:PORT" },
        { "list --address ::1:50051", "--address: '::1:50051' is not HOST:PORT" },
        { "list --address 192.0.2.1:50051", "--address: '192.0.2.1:50051' is not loopback: give --tls-ca, --tls-cert and --tls-key" },
        { "list --address localhost:1 --tls-cert c", "--tls-cert and --tls-key belong together: one of them is missing" },
        { "list --address localhost:1 --tls-cert c --tls-key k", "--tls-cert: --tls-ca is missing" },
        { "list --tls-ca ca", "--tls-ca: a unix socket has no TLS; give --address too" },
        { "watch --duration 0s", "--duration: '0s' is not longer than zero" },
        { "watch --duration soon", "--duration: 'soon' is not a duration (500ms, 5s, 2m, 1h)" },
        { "watch --count many", "--count: 'many' is not a number from 1 to 2147483647" },
        { "watch --min-age 5s", "--min-age: a state change has no age; add --close-waits" },
        { "watch --stacks full", "--stacks: state changes come without stacks; add --close-waits" },
        { "watch --close-waits --state established", "--close-waits and --state exclude each other" },
        { "watch --verdict eof-not-read", "--verdict: a state change is not judged; add --close-waits" },
        { "why one two", "unexpected argument 'two' (see closewait why --help)" },
        { "why :http", "TARGET: 'http' is not a port (1 to 65535)" },
        { "why 0", "TARGET: '0' is neither a process id nor a socket cookie" },
        { "why 99999999999999999999", "TARGET: '99999999999999999999' is neither a process id nor a socket cookie" },
        { "why pid:nginx", "TARGET: 'nginx' is not a process id" },
        { "why cookie:x", "TARGET: 'cookie:x' is not a socket cookie" },
        { "why comm:averyveryverylongname", "TARGET: 'averyveryverylongname' never matches: the kernel keeps 15 bytes of a name" },
        { "why averyveryverylongname", "TARGET: 'averyveryverylongname' never matches: the kernel keeps 15 bytes of a name" },
        { "why example.com:443", "TARGET: 'example.com:443' needs the address of one side, not a name (a process of this name: comm:NAME)" },
        { "why :80 --port 443", "TARGET and --port exclude each other" },
        { "why 12 --pid 12", "TARGET and --pid exclude each other" },
        { "why nginx --comm nginx", "TARGET and --comm exclude each other" },
        { "why nginx --fail-on any", "--fail-on is about findings: leave TARGET out, and use --pid, --port, --comm ... instead" },
        { "why nginx --harmless", "--harmless is about findings: leave TARGET out, and use --pid, --port, --comm ... instead" },
        { "why --stacks", "--stacks is for the life of single sockets: name a TARGET" },
        { "why --fail-on leak", "--fail-on: 'leak' is not any, notice, warning, critical or a verdict (never-accepted, eof-not-read ...)" },
        { "why --watch long", "--watch: 'long' is not a duration (500ms, 5s, 2m, 1h)" },
        { "why --count 0", "--count: '0' is not a number from 1 to 2147483647" },
        { "why --from s --address localhost:1", "--from and --address exclude each other" },
        { "list --from s --socket p", "--from and --socket exclude each other" },
        { "check --hooks close", "--hooks: 'close' is not FACT=RUNG" },
        { "check now", "unexpected argument 'now' (see closewait check --help)" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_named_in_one_line(string arguments, string line) =>
        (await CommandRun.StartAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).AssertOneLine(ExitCode.Usage, "closewait: " + line);

    [Fact]
    public async Task An_empty_value_is_named_too() =>
        (await CommandRun.StartAsync("list", "--port", "")).AssertOneLine(ExitCode.Usage, "closewait: --port: '' has an empty item");

    [Fact]
    public async Task A_socket_path_that_no_kernel_takes_is_a_usage_error()
    {
        string path = "/tmp/" + new string('x', 103);
        (await CommandRun.StartAsync("list", "--socket", path)).AssertOneLine(
            ExitCode.Usage, $"closewait: --socket: '{path}' is longer than 107 bytes, the limit of a unix socket");
    }

    [Fact]
    public async Task Control_bytes_of_an_argument_do_not_reach_the_terminal() =>
        (await CommandRun.StartAsync("list", "--port", "\e[2J\n80")).AssertOneLine(
            ExitCode.Usage, "closewait: --port: '?[2J?80' is not a port (1 to 65535)");

    [Theory]
    [InlineData("--help")]
    [InlineData("list --help")]
    [InlineData("why --help")]
    [InlineData("watch --help")]
    [InlineData("run --help")]
    [InlineData("check --help")]
    public async Task Help_goes_to_standard_output(string arguments)
    {
        CommandRun run = await CommandRun.StartAsync(arguments.Split(' '));
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.Contains("Usage:", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_one_line_on_standard_output()
    {
        CommandRun run = await CommandRun.StartAsync("--version");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"^closewait \d+\.\d+\.\d+\n$", run.Out);
    }
}
