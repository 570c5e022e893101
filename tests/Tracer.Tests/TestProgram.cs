// SPDX-License-Identifier: Apache-2.0
using Tracer.Client;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;
using Xunit.Runner.InProc.SystemConsole;

namespace Tracer.Tests;

/// <summary>
/// Runs the tests, or, as <c>Tracer.Tests closewait ...</c>, the real command line around a fake daemon: what a command
/// does with a daemon of its own is tested across processes, without a kernel.
/// </summary>
internal static class TestProgram
{
    public const string CommandLineMode = "closewait";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments.FirstOrDefault() != CommandLineMode)
            return await ConsoleRunner.Run(arguments);
        using var signals = new StopSignals();
        var context = new CommandContext
        {
            Out = StandardOutput.Open(),
            Error = Console.Error,
            Input = Console.OpenStandardInput(),
            Daemon = new DaemonEntryPoints(FakeDaemon.RunAsync, (_, _, _) => ExitCode.Ok),
            Self = Self,
            IsRoot = true,
            Zone = TimeZoneInfo.Utc,
        };
        return await CommandTree.RunAsync(arguments[1..], context, signals.Token);
    }

    public static SelfInvocation Self => new(Environment.ProcessPath!, [CommandLineMode]);
}
