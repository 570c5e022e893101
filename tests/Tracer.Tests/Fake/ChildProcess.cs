// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Tests.Fake;

/// <summary>A command in a process of its own, for signals, pipes and exit codes.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly CancellationTokenSource _deadline = new(Patience);

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.Environment["TZ"] = "UTC";
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync(_deadline.Token);
    }

    public int Id => _process.Id;

    public StreamReader Out => _process.StandardOutput;

    /// <summary>The executable that users get.</summary>
    public static ChildProcess StartCommand(params string[] arguments) =>
        new(new ProcessStartInfo(CommandPath, arguments));

    /// <summary>The same commands around a fake daemon; see <see cref="TestProgram"/>.</summary>
    public static ChildProcess StartWithFakeDaemon(string? mood, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [TestProgram.CommandLineMode, .. arguments]);
        if (mood is not null)
            start.Environment[FakeDaemon.MoodVariable] = mood;
        return new ChildProcess(start);
    }

    /// <summary>The same in a session of its own, as a terminal gives one to its shell.</summary>
    public static ChildProcess StartWithFakeDaemonInSession(params string[] arguments) =>
        new(new ProcessStartInfo("setsid", [Environment.ProcessPath!, TestProgram.CommandLineMode, .. arguments]));

    /// <summary>A program that reads what we wrote.</summary>
    public static ChildProcess StartReader(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["NODE_PATH"] = NodeModules;
        return new ChildProcess(start);
    }

    public static ChildProcess StartShell(string script) => new(new ProcessStartInfo("/bin/sh", ["-c", script]));

    /// <summary>Where build.sh installs the packages of Directory.Packages.props.</summary>
    public static string NodeModules { get; } = Path.Combine(GoldenFile.Root, "artifacts", "node", "node_modules");

    public static string CommandPath => Path.Combine(AppContext.BaseDirectory, "closewait");

    public async Task<string> ReadLineAsync() =>
        await Out.ReadLineAsync(_deadline.Token) ?? throw new InvalidOperationException("no more output: " + await _error);

    public Task SignalAsync(string signal) => SignalAsync(signal, $"{Id}");

    /// <summary>What Ctrl-C does: every process of the group gets the signal.</summary>
    public Task SignalGroupAsync(string signal) => SignalAsync(signal, $"-{Id}");

    /// <summary>Waits for the end; <see cref="CommandRun.Out"/> is what nobody has read before.</summary>
    public async Task<CommandRun> WaitAsync(bool readOutput = true)
    {
        string output = readOutput ? await Out.ReadToEndAsync(_deadline.Token) : "";
        string error = await _error;
        await _process.WaitForExitAsync(_deadline.Token);
        return new CommandRun(_process.ExitCode, output, error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _deadline.Dispose();
    }

    private static async Task SignalAsync(string signal, string target)
    {
        await using ChildProcess kill = StartShell($"kill -s {signal} -- {target}");
        Assert.Equal(0, (await kill.WaitAsync()).ExitCode);
    }
}
