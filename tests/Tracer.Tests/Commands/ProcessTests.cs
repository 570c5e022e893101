// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

/// <summary>The executable itself: exit codes, signals and pipes.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData(ExitCode.Ok, "--version")]
    [InlineData(ExitCode.Usage, "frobnicate")]
    [InlineData(ExitCode.Usage, "list --port 0")]
    [InlineData(ExitCode.Usage, "run --ring-size 3")]
    [InlineData(ExitCode.Usage, "run --config /nowhere/at.all")]
    [InlineData(ExitCode.CannotConnect, "list --address localhost:1")]
    [InlineData(ExitCode.CannotConnect, "why --address localhost:1")]
    [InlineData(ExitCode.Usage, "why --from /nowhere/at.all")]
    [InlineData(ExitCode.Failure, "why --from /proc/self/cmdline")]
    [InlineData(ExitCode.Failure, "list --from /dev/zero")]
    public async Task The_exit_code_reaches_the_shell(int exitCode, string arguments)
    {
        await using var child = ChildProcess.StartCommand(arguments.Split(' '));
        CommandRun run = await child.WaitAsync();
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Single((run.Out + run.Error).TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(ExitCode.Ok, 0)]
    [InlineData(ExitCode.Findings, 1)]
    public async Task Findings_reach_the_shell_as_an_exit_code(int exitCode, int findings)
    {
        Finding[] found = [.. Enumerable.Repeat(FindingSamples.EofNotRead(), findings)];
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Findings = FindingSamples.Answer(found) });
        await using var child = ChildProcess.StartCommand("why", "--fail-on", "any", "--socket", host.SocketPath);
        CommandRun run = await child.WaitAsync();
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Error));
        Assert.DoesNotContain('\e', run.Out);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_signal_ends_a_follow_command_in_order(string signal)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService().Say(Samples.Started(), Samples.Changes(Samples.Connected())));
        await using var child = ChildProcess.StartCommand("watch", "--no-headers", "--socket", host.SocketPath);
        Assert.Contains("SYN_SENT -> ESTABLISHED", await child.ReadLineAsync(), StringComparison.Ordinal);
        await child.SignalAsync(signal);
        CommandRun run = await child.WaitAsync();
        Assert.Equal((ExitCode.Ok, "", "closewait: following state changes\n"), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_a_follow_command_quietly()
    {
        FakeService service = new FakeService().Say(Samples.Started(), Samples.Changes(Samples.Connected()));
        await using FakeHost host = await FakeHost.StartAsync(service);
        await using var child = ChildProcess.StartCommand("watch", "--no-headers", "--socket", host.SocketPath);
        await child.ReadLineAsync();
        child.Out.Close();
        service.Say(Samples.Changes(Samples.Finished()));
        CommandRun run = await child.WaitAsync(readOutput: false);
        Assert.Equal((ExitCode.Ok, "closewait: following state changes\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Head_takes_its_line_and_nobody_complains()
    {
        SocketRecord[] many = [.. Enumerable.Range(0, 5000).Select(_ => Samples.PooledConnection())];
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = many });
        await using var child = ChildProcess.StartShell(
            $"{{ '{ChildProcess.CommandPath}' list --json --socket '{host.SocketPath}'; echo $? >&2; }} | head -n 1");
        CommandRun run = await child.WaitAsync();
        Assert.Single(run.Out.TrimEnd().Split('\n'));
        Assert.Equal("0\n", run.Error);
    }

    [Fact]
    public async Task A_full_disk_is_an_error()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = Samples.All() });
        await using var child = ChildProcess.StartShell($"exec '{ChildProcess.CommandPath}' list --socket '{host.SocketPath}' >/dev/full");
        CommandRun run = await child.WaitAsync();
        Assert.StartsWith("closewait: the output cannot be written: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Equal(ExitCode.Failure, run.ExitCode);
    }

    [Fact]
    public async Task Commands_that_share_a_file_do_not_overwrite_each_other()
    {
        using var folder = new TempFolder();
        string file = folder.PathOf("out");
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = Samples.All() });
        string list = $"'{ChildProcess.CommandPath}' list --no-headers --socket '{host.SocketPath}'";
        await using var child = ChildProcess.StartShell($"{{ echo first; {list}; {list}; echo last; }} >'{file}'");
        Assert.Equal(0, (await child.WaitAsync()).ExitCode);
        string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(10, lines.Length);
        Assert.Equal(("first", "last"), (lines[0], lines[^1]));
    }

    [Fact]
    public async Task A_client_command_never_loads_libbpf()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService().Say(Samples.Started(), Samples.Changes(Samples.Connected())));
        await using var child = ChildProcess.StartCommand("watch", "--no-headers", "--socket", host.SocketPath);
        await child.ReadLineAsync();
        string maps = await File.ReadAllTextAsync($"/proc/{child.Id}/maps", TestContext.Current.CancellationToken);
        Assert.Contains("closewait.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("libbpf", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("Tracer.Bpf", maps, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_in_a_pipe_has_no_colours()
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = Samples.All() });
        await using var child = ChildProcess.StartCommand("list", "--socket", host.SocketPath);
        CommandRun run = await child.WaitAsync();
        Assert.DoesNotContain('\e', run.Out);
        GoldenFile.AssertEqual("list.txt", run.Out);
    }
}
