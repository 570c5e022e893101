// SPDX-License-Identifier: Apache-2.0
using Tracer.Client;
using Tracer.Commands;
using Tracer.Daemon;

namespace Tracer.Tests.Fake;

/// <summary>The real command line, run inside the test with captured output.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), "test", "test");

    public static Task<CommandRun> AtAsync(FakeHost host, params string[] arguments) =>
        AtAsync(host, context => context, arguments);

    public static Task<CommandRun> AtAsync(FakeHost host, Func<CommandContext, CommandContext> change, params string[] arguments) =>
        StartAsync(change, [.. arguments, "--socket", host.SocketPath]);

    public static Task<CommandRun> StartAsync(params string[] arguments) => StartAsync(context => context, arguments);

    public static async Task<CommandRun> StartAsync(Func<CommandContext, CommandContext> change, string[] arguments)
    {
        using StringWriter output = new(), error = new();
        CommandContext context = change(new CommandContext
        {
            Out = output,
            Error = error,
            Daemon = new DaemonEntryPoints((_, _) => Task.FromResult(0), (_, _, _) => 0),
            Self = new SelfInvocation("/nowhere/closewait", []),
            Environment = _ => null,
            Zone = Zone,
            Clock = new FastClock(),
        });
        int exitCode = await CommandTree.RunAsync(arguments, context, TestContext.Current.CancellationToken);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>What <c>closewait run</c> with these flags asks of the daemon.</summary>
    public static async Task<(CommandRun Run, DaemonOptions? Options)> ReadDaemonOptionsAsync(params string[] arguments)
    {
        DaemonOptions? seen = null;
        var entryPoints = new DaemonEntryPoints(
            (options, _) =>
            {
                seen = options;
                return Task.FromResult(0);
            },
            (_, _, _) => 0);
        CommandRun run = await StartAsync(context => context with { Daemon = entryPoints }, ["run", .. arguments]);
        return (run, seen);
    }

    /// <summary>Nothing on standard output and one line on standard error.</summary>
    public void AssertOneLine(int exitCode, string line)
    {
        Assert.Equal(line + Environment.NewLine, Error);
        Assert.Equal("", Out);
        Assert.Equal(exitCode, ExitCode);
    }
}
