// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text.RegularExpressions;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Client;

/// <summary>A root user types one command on a bare host: the daemon comes, and goes without a trace.</summary>
public sealed partial class OwnDaemonTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string NoSocket => _folder.PathOf("none.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_starts_a_daemon_and_stops_it()
    {
        await using var child = ChildProcess.StartWithFakeDaemon(null, "list", "--no-headers", "--socket", NoSocket);
        CommandRun run = await child.WaitAsync();
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains("apache2(812,fd=14)", run.Out, StringComparison.Ordinal);
        int pid = DaemonPid(run.Error);
        Assert.Equal($"closewait: no daemon on {NoSocket}; started one for this command (pid {pid})\n", run.Error);
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Theory]
    [InlineData(ExitCode.Ok)]
    [InlineData(ExitCode.Findings, "--fail-on", "warning")]
    public async Task Why_lets_its_daemon_watch_before_it_asks(int exitCode, params string[] flags)
    {
        await using var child = ChildProcess.StartWithFakeDaemon(null, ["why", "--watch", "200ms", "--socket", NoSocket, .. flags]);
        CommandRun run = await child.WaitAsync();
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("WARNING  apache2", run.Out, StringComparison.Ordinal);
        int pid = DaemonPid(run.Error);
        Assert.Equal($"closewait: no daemon on {NoSocket}; started one for this command (pid {pid})\nclosewait: watching for 200ms\n", run.Error);
        Assert.False(Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task Ctrl_C_during_the_watch_leaves_nothing()
    {
        string said = _folder.PathOf("said");
        string command = $"'{Environment.ProcessPath}' {TestProgram.CommandLineMode} why --watch 60s --socket '{NoSocket}'";
        await using var child = ChildProcess.StartShell($"exec {command} 2>'{said}'");
        await WaitUntilAsync(() => File.Exists(said) && File.ReadAllText(said).Contains("watching for 60.0s", StringComparison.Ordinal), "it watches");
        string folder = SocketFolderOfDaemonOf(child.Id, out int pid);
        await child.SignalAsync("INT");
        CommandRun run = await child.WaitAsync();
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Out));
        Assert.Equal(2, (await File.ReadAllLinesAsync(said, TestContext.Current.CancellationToken)).Length);
        Assert.False(IsRunning(pid));
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_takes_the_daemon_along(string signal)
    {
        await using var child = ChildProcess.StartWithFakeDaemon(null, "watch", "--no-headers", "--socket", NoSocket);
        await child.ReadLineAsync();
        string folder = SocketFolderOfDaemonOf(child.Id, out int pid);
        Assert.True(Directory.Exists(folder));
        await child.SignalAsync(signal);
        CommandRun run = await child.WaitAsync();
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Equal(pid, DaemonPid(run.Error));
        Assert.False(Directory.Exists($"/proc/{pid}"));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Ctrl_C_in_a_terminal_reaches_both_and_is_no_error()
    {
        await using var child = ChildProcess.StartWithFakeDaemonInSession("watch", "--no-headers", "--socket", NoSocket);
        await child.ReadLineAsync();
        string folder = SocketFolderOfDaemonOf(child.Id, out int pid);
        await child.SignalGroupAsync("INT");
        CommandRun run = await child.WaitAsync();
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Equal($"closewait: no daemon on {NoSocket}; started one for this command (pid {pid})\nclosewait: following state changes\n", run.Error);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Ctrl_C_while_the_daemon_starts_leaves_nothing()
    {
        await using var child = ChildProcess.StartWithFakeDaemon("mute", "watch", "--socket", NoSocket);
        int pid = 0;
        await WaitUntilAsync(() => (pid = FindDaemonOf(child.Id)) != 0 && SocketFolderOf(pid) is not null, "the daemon has its arguments");
        string folder = SocketFolderOf(pid)!;
        await child.SignalAsync("INT");
        CommandRun run = await child.WaitAsync();
        Assert.Equal((ExitCode.Ok, "", ""), (run.ExitCode, run.Out, run.Error));
        Assert.False(IsRunning(pid));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Kill_minus_nine_of_the_command_leaves_nothing_either()
    {
        await using var child = ChildProcess.StartWithFakeDaemon(null, "watch", "--no-headers", "--socket", NoSocket);
        await child.ReadLineAsync();
        string folder = SocketFolderOfDaemonOf(child.Id, out int pid);
        await child.SignalAsync("KILL");
        await WaitUntilAsync(() => !IsRunning(pid), $"process {pid} is gone");
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_daemon_that_does_not_listen_to_its_lifeline_is_killed()
    {
        await using var child = ChildProcess.StartWithFakeDaemon("deaf", "list", "--no-headers", "--socket", NoSocket);
        CommandRun run = await child.WaitAsync();
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.False(IsRunning(DaemonPid(run.Error)));
    }

    [Fact]
    public async Task A_daemon_that_cannot_start_says_why_and_gives_its_exit_code()
    {
        await using var child = ChildProcess.StartWithFakeDaemon("refuse", "list", "--socket", NoSocket);
        (await child.WaitAsync()).AssertOneLine(ExitCode.KernelUnsupported, "closewait: this kernel has no type information");
    }

    [Fact]
    public async Task A_daemon_that_dies_in_the_middle_is_noticed()
    {
        await using var child = ChildProcess.StartWithFakeDaemon(null, "watch", "--no-headers", "--socket", NoSocket);
        await child.ReadLineAsync();
        string folder = SocketFolderOfDaemonOf(child.Id, out int pid);
        await using (ChildProcess kill = ChildProcess.StartShell($"kill -KILL {pid}"))
            await kill.WaitAsync();
        CommandRun run = await child.WaitAsync();
        Assert.Equal(137, run.ExitCode);
        Assert.EndsWith("\nclosewait: the daemon started for this command ended with exit code 137\n", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private static int DaemonPid(string error) => int.Parse(StartedLine().Match(error).Groups["pid"].Value, null);

    private static string SocketFolderOfDaemonOf(int pid, out int daemonPid)
    {
        daemonPid = FindDaemonOf(pid);
        return SocketFolderOf(daemonPid)!;
    }

    // The fake daemon is the only child that a command has.
    private static int FindDaemonOf(int pid) => Process.GetProcesses().Select(process => process.Id).SingleOrDefault(id => ParentOf(id) == pid);

    private static string? SocketFolderOf(int daemonPid)
    {
        string[] arguments = File.ReadAllText($"/proc/{daemonPid}/cmdline").Split('\0');
        // Between fork and exec it still has the arguments of its parent.
        return arguments.Contains("--lifeline") ? Path.GetDirectoryName(arguments[Array.IndexOf(arguments, "--socket") + 1]) : null;
    }

    private static int ParentOf(int pid) => StatOf(pid) is { } stat ? int.Parse(stat[1], null) : 0;

    // A killed process stays in /proc until its parent asks for it.
    private static bool IsRunning(int pid) => StatOf(pid) is { } stat && stat[0] != "Z";

    // State, parent ... : what follows the name, which may hold anything.
    private static string[]? StatOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"not within 20 s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"\(pid (?<pid>\d+)\)")]
    private static partial Regex StartedLine();
}
