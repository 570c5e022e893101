// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Client;
using Tracer.Daemon;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>closewait run: the daemon, in the foreground.</summary>
internal sealed class RunCommand
{
    private readonly CommandContext _context;
    private readonly ListenOptions _listen;
    private readonly LimitOptions _limits;
    private readonly KernelOptions _kernel;
    private readonly NamingOptions _naming;
    private readonly SavingOptions _saving;
    private readonly FilterOptions _scope;
    private readonly string[] _configurableFlags;
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Log what is tried and why" };
    private readonly Option<string> _config = new("--config") { HelpName = "FILE", Description = "JSON object with the long flags as keys; flags on the command line win" };
    private readonly Option<bool> _lifeline = new("--lifeline") { Description = "End when standard input ends" };

    private RunCommand(Command command, CommandContext context)
    {
        _context = context;
        _listen = new ListenOptions(command);
        _limits = new LimitOptions(command);
        _kernel = new KernelOptions(command);
        _scope = FilterOptions.AddScope(command);
        _naming = new NamingOptions(command);
        _saving = new SavingOptions(command);
        command.Add(_verbose);
        _configurableFlags = [.. command.Options.Select(option => option.Name)];
        command.Add(_config);
        command.Add(_lifeline);
    }

    public static Command Create(CommandContext context)
    {
        var command = new Command("run", "The daemon in the foreground: follows TCP sockets and serves gRPC (needs root)");
        var run = new RunCommand(command, context);
        command.SetAction((parsed, stop) => run.RunAsync(parsed, stop));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        DaemonOptions options = ReadOptions(parsed);
        if (!options.Lifeline)
            return await _context.Daemon.RunDaemon(options, stop);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Lifeline.Watch(_context.Input, end);
        try
        {
            return await _context.Daemon.RunDaemon(options, end.Token);
        }
        finally
        {
            // Whoever held the lifeline may have been killed and cannot clean up.
            PrivateFolder.RemoveBehind(options.SocketPath);
        }
    }

    private DaemonOptions ReadOptions(ParseResult parsed)
    {
        var flags = new OptionReader(parsed);
        ConfigFile? config = flags.Single(_config) is { } path ? ConfigFile.Read(path, _configurableFlags, _context.Complain) : null;
        var reader = new OptionReader(parsed, config);
        DaemonOptions options = _listen.Apply(new DaemonOptions(), reader);
        options = _limits.Apply(options, reader);
        options = _kernel.Apply(options, reader);
        options = _naming.Apply(options, reader);
        options = _saving.Apply(options, reader);
        return options with
        {
            Scope = _scope.ReadGiven(reader),
            Verbose = reader.Flag(_verbose),
            Lifeline = flags.Flag(_lifeline),
        };
    }
}
