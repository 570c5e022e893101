// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.CommandLine.Help;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>All commands below <c>closewait</c>, and how each way to fail ends.</summary>
internal static class CommandTree
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandContext context, CancellationToken stop)
    {
        try
        {
            int exitCode = await InvokeAsync(arguments, context, stop);
            await context.Out.FlushAsync(CancellationToken.None);
            return exitCode;
        }
        catch (CommandException failure)
        {
            context.Complain(failure);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
        catch (OutputClosedException)
        {
            return ExitCode.Ok;
        }
        catch (OutputFailedException failure)
        {
            context.Complain($"the output cannot be written: {failure.Message}");
            return ExitCode.Failure;
        }
    }

    private static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CommandContext context, CancellationToken stop)
    {
        RootCommand root = Build(context);
        // Names of processes may begin with '@': that is no response file.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            throw CommandException.Usage($"{UsageProblem.Describe(parsed)} (see {HelpCommand(parsed)})");
        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = context.Out,
                Error = context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            stop);
    }

    private static RootCommand Build(CommandContext context)
    {
        var root = new RootCommand("Finds the sockets in CLOSE_WAIT, who holds them and who opened them.")
        {
            RunCommand.Create(context),
            WhyCommand.Create(context),
            TopCommand.Create(context),
            ListCommand.Create(context),
            StacksCommand.Create(context),
            ThreadsCommand.Create(context),
            WatchCommand.Create(context),
            CheckCommand.Create(context),
        };
        foreach (VersionOption version in root.Options.OfType<VersionOption>())
            version.Action = new PrintVersionAction(context.Out);
        return root;
    }

    private static string HelpCommand(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "closewait --help" : $"closewait {parsed.CommandResult.Command.Name} --help";
}
